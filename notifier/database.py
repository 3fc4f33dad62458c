"""Connections to the outbox's database: PostgreSQL in production, a SQLite file in the embedded mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import Unavailable
from eventstore.scrubbing import scrub
from eventstore.wal import use_write_ahead_log

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 5
_POOL = 4


class OutboxDatabase:
    """Transactions on the outbox. `domain.errors.Unavailable` where the database does not answer."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed when the block ends well. On SQLite only one is open at a time."""
        with _begun(self._engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading alone: on SQLite too it keeps nobody from writing."""
        with _begun(self._engine.execution_options(reading=True)) as connection:
            yield connection

    def scrub(self, tables: Sequence[sa.Table]) -> None:
        """Let the database give up what these tables keep of rows that are gone. Blocks."""
        scrub(self._engine, tables)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
        raise Unavailable("the outbox does not answer") from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    timeouts = f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s"
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "ebox-outbox",
            "options": timeouts,
        },
    )


def _sqlite(url: sa.engine.URL) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"timeout": STATEMENT_SECONDS, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader cannot wait for its turn: it fails at once with SQLITE_BUSY.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
