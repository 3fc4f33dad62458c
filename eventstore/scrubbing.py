"""Rows that were deleted or overwritten leave their bytes behind; a database that is scrubbed gives them up.

PostgreSQL: VACUUM takes what is dead out of the tables and out of every index, so that no query, dump or
restored copy of the database has it. Its pages and its write-ahead log may hold bytes of it until they are
used again: that is for the encryption of the disk, and for how long log archives are kept. SQLite writes the
file anew and empties its write-ahead log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Final, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from domain.errors import Unavailable
from eventstore.longwork import STATEMENT_SECONDS

CHECKPOINT_SECONDS: Final = 30.0
"""How long others may go on reading what SQLite's write-ahead log had before."""
_LOOK_SECONDS: Final = 0.1


def scrub(engine: Engine, tables: Sequence[sa.Table]) -> None:
    """Give up what these tables keep of rows that are gone; blocks. Others read and write meanwhile.

    Raises `Unavailable` where it did not come about in time: it may simply be done again.
    """
    try:
        if engine.dialect.name == "postgresql":
            _vacuum(engine, tables)
        else:
            _write_anew(engine)
    except (sqlite3.OperationalError, sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        raise Unavailable("the database does not give up what was deleted; run this again") from error


def _vacuum(engine: Engine, tables: Sequence[sa.Table]) -> None:
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name in ("statement_timeout", "lock_timeout"):
            alone.exec_driver_sql(f"SET {name} = '{STATEMENT_SECONDS}s'")
        try:
            for table in tables:
                alone.exec_driver_sql(f'VACUUM (INDEX_CLEANUP ON) "{table.name}"')
        finally:
            alone.invalidate()  # the next one is to have the pool's own limits


def _write_anew(engine: Engine) -> None:
    pooled = engine.raw_connection()
    try:
        # The driver's own: neither of the two may stand in a transaction.
        connection = cast("sqlite3.Connection", pooled.driver_connection)
        until = monotonic() + CHECKPOINT_SECONDS
        connection.execute("VACUUM")
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if monotonic() > until:
                raise Unavailable("somebody reads on in the database's write-ahead log; run this again")
            sleep(_LOOK_SECONDS)
    finally:
        pooled.close()
