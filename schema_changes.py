"""Versions of the tables that cannot be rebuilt from the log, each made from the one before by a script.

The scripts of a package lie in its `migrations/`, one for each version, numbered: `0001_….py`, `0002_….py`.
Each has `upgrade(op)`, with Alembic's operations for an argument: Alembic's usual `op` is one for the whole
process, and two databases may be migrated at once.

All that is missing runs in one transaction, or nothing does. There is no way back but a backup: an older
release refuses a newer database.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

STATEMENT_SECONDS = 900
"""How long a statement of a migration may take, or the wait for another process that migrates."""

LOCK_SECONDS = 5
"""How long a migration waits for a table that others use; they wait behind it meanwhile."""

_TURN = 0x65626F78736368
"""Advisory lock: two processes that migrate a database at once take turns."""


class SchemaError(Exception):
    """The tables cannot be brought to the version that this release needs; the text says why."""


def migrate(connection: Connection, scripts: Path, version_table: str) -> None:
    """Run those `scripts` that have not run yet, within the connection's transaction.

    `version_table` keeps the number of the version: one for each package, since several may share a database.
    On SQLite the transaction must have begun with `BEGIN IMMEDIATE`, or two migrations do not take turns.

    Raises:
        SchemaError: a later release has been here, or a script failed. Roll back: the database is as it was.
    """
    _take_turns(connection)
    newest = newest_version(scripts)
    version = _version(connection, version_table)
    if version is not None and version > newest:
        raise SchemaError(f"{version_table} is {version}, this release knows {newest}: run a newer one")
    if version != newest:
        _upgrade(connection, scripts, version_table, version)


def newest_version(scripts: Path) -> str:
    """The version that this release brings the tables to."""
    return max(script.name for script in scripts.glob("[0-9]*.py"))[:4]


def _take_turns(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    _limit(connection, "statement_timeout", STATEMENT_SECONDS)
    _limit(connection, "lock_timeout", STATEMENT_SECONDS)
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN)))
    _limit(connection, "lock_timeout", LOCK_SECONDS)


def _limit(connection: Connection, setting: str, seconds: int) -> None:
    for_this_transaction = True
    connection.execute(sa.select(sa.func.set_config(setting, f"{seconds}s", for_this_transaction)))


def _version(connection: Connection, version_table: str) -> str | None:
    if not sa.inspect(connection).has_table(version_table):
        return None
    number = sa.column("version_num", sa.Text)
    return connection.execute(sa.select(number).select_from(sa.table(version_table))).scalar_one()


def _upgrade(connection: Connection, scripts: Path, version_table: str, version: str | None) -> None:
    # Loading Alembic takes longer than all the rest of a start at which nothing is to be done.
    from alembic.operations import Operations  # noqa: PLC0415 - for the reason above
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - for the reason above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - for the reason above

    directory = ScriptDirectory(scripts, version_locations=[scripts])
    context = MigrationContext.configure(connection, opts={"version_table": version_table})
    operations = Operations(context)
    missing = list(directory.iterate_revisions("head", version))
    for script in reversed(missing):
        try:
            script.module.upgrade(operations)
        except sa.exc.DBAPIError as error:
            # The first line alone: those below it may tell what a row holds.
            why = str(error.orig).partition("\n")[0]
            raise SchemaError(f"{Path(script.path).name} failed: {why}") from error
    context.stamp(directory, "head")
