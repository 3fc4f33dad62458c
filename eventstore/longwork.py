"""Transactions of an operator's commands, which may look at a whole table; a role's may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

STATEMENT_SECONDS = 900


class Writes(Protocol):
    """A database that can be written to."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, committed and synced when the block ends well."""
        ...


@contextmanager
def long_transaction(database: Writes) -> Iterator[Connection]:
    """A transaction whose statements may take a quarter of an hour each."""
    with database.writing() as connection:
        allow_long_statements(connection)
        yield connection


def allow_long_statements(connection: Connection) -> None:
    """For the rest of this transaction. SQLite limits none."""
    if connection.dialect.name == "postgresql":
        for_this_transaction = True
        limit = sa.func.set_config("statement_timeout", f"{STATEMENT_SECONDS}s", for_this_transaction)
        connection.execute(sa.select(limit))
