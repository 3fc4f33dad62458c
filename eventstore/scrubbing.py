"""Rows that were deleted or overwritten leave their bytes behind; a database that is scrubbed gives them up.

PostgreSQL: VACUUM takes what is dead out of the tables and out of every index, so that no query, dump or
restored copy of the database has it. Its pages and its write-ahead log may hold bytes of it until they are
used again: that is for the encryption of the disk, and for how long log archives are kept. SQLite writes the
file anew and empties its write-ahead log.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

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
        with engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if alone.dialect.name == "postgresql":
                _vacuum(alone, tables)
            else:
                _write_anew(alone)
    except (
        sa.exc.OperationalError,
        sa.exc.InterfaceError,
        sa.exc.InternalError,
        sa.exc.TimeoutError,
    ) as error:
        raise Unavailable("the database does not give up what was deleted; run this again") from error


def _vacuum(connection: Connection, tables: Sequence[sa.Table]) -> None:
    for name in ("statement_timeout", "lock_timeout"):
        connection.exec_driver_sql(f"SET {name} = '{STATEMENT_SECONDS}s'")
    try:
        for table in tables:
            connection.exec_driver_sql(f'VACUUM (INDEX_CLEANUP ON, ANALYZE) "{table.name}"')
    finally:
        connection.invalidate()  # the next one is to have the pool's own limits


def _write_anew(connection: Connection) -> None:
    until = monotonic() + CHECKPOINT_SECONDS
    connection.exec_driver_sql("VACUUM")
    while True:
        is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        if not is_busy:
            return
        if monotonic() > until:
            raise Unavailable("somebody reads on in the database's write-ahead log; run this again")
        sleep(_LOOK_SECONDS)
