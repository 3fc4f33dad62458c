"""A PostgreSQL database: whether it keeps what it says it keeps, and lets us do what the roles do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from bootstrap.doctor.databases import Database
from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.releases import compare, migrate_first
from eventstore.postgres.connection import connect
from eventstore.postgres.statements import TABLE as EVENTS
from projections.database import EXTENSIONS, SCHEMA, ExtensionMissing

OLDEST: Final = 13
"""Trusted extensions, which the database's owner may create, came with it."""

_SERVER: Final = """
    SELECT current_setting('server_version_num')::int / 10000 AS major,
        split_part(current_setting('server_version'), ' ', 1) AS version,
        pg_is_in_recovery() AS is_replica,
        current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS full_page_writes,
        current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int AS most,
        (SELECT sum(numbackends)::int FROM pg_stat_database) AS taken
    """
_PRIVILEGES: Final = """
    SELECT name, to_regclass(name) IS NULL AS is_missing, ARRAY(
        SELECT one FROM unnest(%(privileges)s::text[]) AS one
        WHERE NOT has_table_privilege(to_regclass(name), one)
    ) AS refused
    FROM unnest(%(names)s::text[]) AS name
    """
_SEQUENCE: Final = "SELECT has_sequence_privilege(pg_get_serial_sequence(%s, 'notification_id'), 'USAGE')"
_IS_VACUUMED: Final = """
    SELECT current_setting('autovacuum')::boolean AND coalesce((
        SELECT option_value::boolean FROM pg_class, pg_options_to_table(reloptions)
        WHERE oid = to_regclass(%s) AND option_name = 'autovacuum_enabled'
    ), true)
    """
_LETS_CREATE: Final = "SELECT has_database_privilege(current_database(), 'CREATE')"
_LET_OWN: Final = "let its user own the database, or what lies in it"


def look_at(database: Database) -> Iterator[Finding]:
    """What is wrong; where nothing is, a line that says what is there. Raises `psycopg.Error`."""
    with connect(database.url, "doctor") as connection:
        server = _row(connection, _SERVER)
        troubles = [*_of_server(database, server), *_of_tables(connection, database)]
    if troubles:
        yield from troubles
    else:
        left = f"{server['most'] - server['taken']} of {server['most']} connections left"
        yield fine(database.part, f"PostgreSQL {server['version']}, its tables are this release's, {left}")


def _of_server(database: Database, server: Mapping[str, Any]) -> Iterator[Finding]:
    part = database.part
    if server["major"] < OLDEST:
        yield wrong(part, f"this is PostgreSQL {server['version']}", f"upgrade it to {OLDEST} or newer")
    if server["is_replica"]:
        yield wrong(
            part, "this is a replica, which takes nothing in", f"name the primary in {database.setting}"
        )
    if database.is_durable:
        yield from _of_commits(part, server)
    left = server["most"] - server["taken"]
    if left < database.connections:
        yield warning(
            part,
            f"{left} connections are left, one process of eBox may open {database.connections} to it",
            "raise max_connections, or end what holds the others",
        )


def _of_commits(part: str, server: Mapping[str, Any]) -> Iterator[Finding]:
    for setting in ("fsync", "full_page_writes"):
        if server[setting] == "off":
            yield warning(
                part,
                f"{setting} is off: a crash of the machine may lose or damage all that was acknowledged",
                f"set `{setting} = on` in postgresql.conf and reload it",
            )
    if server["synchronous_commit"] == "off":
        yield warning(
            part,
            "synchronous_commit is off: a crash of the server may lose what was just acknowledged",
            "set `synchronous_commit = on`, for the server, this database or its user",
        )


def _of_tables(connection: psycopg.Connection[Any], database: Database) -> Iterator[Finding]:
    part = database.part
    refused: set[str] = set()
    for privileges in set(map(tuple, database.tables.values())):
        names = [name for name, needed in database.tables.items() if tuple(needed) == privileges]
        asked = {"names": names, "privileges": list(privileges)}
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(_PRIVILEGES, asked).fetchall()
        if any(row["is_missing"] for row in rows):
            yield migrate_first(part)
            return
        refused |= {privilege for row in rows for privilege in row["refused"]}
    if refused:
        yield wrong(part, f"its user may not {', '.join(sorted(refused))} in all of its tables", _LET_OWN)
    yield from _of_versions(connection, database)
    if EVENTS in database.tables:
        yield from _of_events(connection, part)
    if any(name.startswith(f"{SCHEMA}.") for name in database.tables):
        yield from _of_read_models(connection, part)


def _of_versions(connection: psycopg.Connection[Any], database: Database) -> Iterator[Finding]:
    for table, scripts in database.versions.items():
        is_there = _value(connection, "SELECT to_regclass(%s) IS NOT NULL", table)
        query = psycopg.sql.SQL("SELECT version_num FROM {}").format(
            psycopg.sql.Identifier(*table.split("."))
        )
        yield from compare(database.part, _value(connection, query) if is_there else None, scripts)


def _of_events(connection: psycopg.Connection[Any], part: str) -> Iterator[Finding]:
    if not _value(connection, _SEQUENCE, EVENTS):
        yield wrong(part, "its user may not take positions from the sequence of the events", _LET_OWN)
    if not _value(connection, _IS_VACUUMED, EVENTS):
        yield warning(
            part,
            "autovacuum is off for the events: in the end the server stops, out of transaction ids",
            "set `autovacuum = on`, and leave it on for that table",
        )


def _of_read_models(connection: psycopg.Connection[Any], part: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        there = {row[0] for row in cursor.execute("SELECT extname FROM pg_extension").fetchall()}
    for name in EXTENSIONS:
        if name not in there:
            found, _, advice = str(ExtensionMissing(name)).partition(": ")
            yield wrong(part, found, advice)
    if not _value(connection, _LETS_CREATE):
        yield warning(
            part,
            "its user may not create a schema, which `ebox projections rebuild` does",
            "grant CREATE on the database to it",
        )


def _row(connection: psycopg.Connection[Any], query: str) -> Mapping[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query.encode()).fetchone()
    if row is None:
        raise psycopg.OperationalError("no answer")
    return row


def _value(connection: psycopg.Connection[Any], query: Any, *parameters: object) -> Any:
    row = connection.execute(query, parameters or None).fetchone()
    return None if row is None else row[0]
