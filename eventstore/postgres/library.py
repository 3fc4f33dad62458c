"""The library's factory and datastore over a connection string.

Its own settings cannot say what a connection string can (TLS, several hosts, timeouts), its pool waits half
a minute for a connection ten times over, and it looks a composite type up before it can start. None of that
here.
"""

from __future__ import annotations

from typing import Any

from eventsourcing.persistence import BaseInfrastructureFactory
from eventsourcing.postgres import PostgresDatastore, PostgresFactory
from psycopg.rows import tuple_row

from eventstore.postgres.connection import CONNECT_SECONDS, LimitedConnection, connection_string

READERS = 12
"""Connections for reading: the store's eight reader threads, followers, and some to spare."""


class Datastore(PostgresDatastore):
    """A pool for readers, opened at the first read. The writer has a connection of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            connect_timeout=CONNECT_SECONDS,
            idle_in_transaction_session_timeout=CONNECT_SECONDS,
            pool_size=1,
            max_overflow=READERS - 1,
        )
        self.url = url
        self.pool.connection_class = LimitedConnection
        self.pool.conninfo = connection_string(url, "reader")
        self.pool.kwargs = {"row_factory": tuple_row}
        # Then the pool stops trying by itself, ever more rarely, and tries whenever it is asked.
        self.pool.reconnect_timeout = CONNECT_SECONDS

    def register_type_adapters(self) -> None:
        """Nothing: batches travel as arrays, so that starting needs no connection."""


class Factory(PostgresFactory):
    """The library's factory, given the one setting that `PostgresBackend` makes."""

    def __init__(self, env: Any) -> None:
        BaseInfrastructureFactory.__init__(self, env)
        self.datastore = Datastore(self.env["EVENT_STORE_URL"])
