"""The SQL, all of it."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier, Literal

TABLE = "stored_events"
CHANNEL = TABLE
LOCK_SECONDS = 5
LAST_VERSION = 2**63 - 1

_APPEND_LOCK = 0x65626F786C6F6731
_MIGRATION_LOCK = 0x65626F786D696772

_table = Identifier(TABLE)

BEGIN = SQL("BEGIN ISOLATION LEVEL READ COMMITTED")
SET_LOCK_TIMEOUT = SQL("SET LOCAL lock_timeout = {}").format(Literal(f"{LOCK_SECONDS}s"))
TAKE_LOCK = SQL("SELECT pg_advisory_xact_lock({})").format(Literal(_APPEND_LOCK))
"""Held by every append until its commit."""
NOTIFY = SQL("NOTIFY {}").format(Identifier(CHANNEL))
COMMIT = SQL("COMMIT")
LISTEN = SQL("LISTEN {}").format(Identifier(CHANNEL))

INSERT = SQL(
    """
    WITH offered AS MATERIALIZED (
        SELECT o.*, (
            SELECT true FROM {table} s
            WHERE s.originator_id = o.originator_id AND s.originator_version = o.originator_version
        ) AS taken
        FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::int[]) WITH ORDINALITY
            AS o (originator_id, originator_version, topic, state, command, place)
    )
    INSERT INTO {table} (originator_id, originator_version, topic, state)
    SELECT originator_id, originator_version, topic, state FROM offered
    WHERE command NOT IN (SELECT command FROM offered WHERE taken)
    ORDER BY place
    RETURNING originator_id, originator_version, notification_id
    """
).format(table=_table)
"""Appends every command of which nothing is taken. `taken` is a look-up for each row on purpose: a join
might be planned over the whole table while that is still small, and such a plan would be kept.
"""

STORED_AT = SQL(
    """
    SELECT s.notification_id, s.originator_id, s.originator_version, s.topic, s.state
    FROM unnest(%b::uuid[], %b::bigint[]) AS o (originator_id, originator_version)
    JOIN {table} s USING (originator_id, originator_version)
    """
).format(table=_table)

READ_AFTER = SQL(
    """
    SELECT notification_id, originator_id, originator_version, topic, state FROM {table}
    WHERE notification_id > %b::bigint ORDER BY notification_id LIMIT %b::bigint
    """
).format(table=_table)

READ_AT = SQL(
    """
    SELECT s.notification_id, s.originator_id, s.originator_version, s.topic, s.state
    FROM unnest(%b::bigint[]) AS asked (notification_id)
    JOIN {table} s USING (notification_id) ORDER BY s.notification_id
    """
).format(table=_table)

_STREAM = """
    SELECT originator_id, originator_version, topic, state FROM {table}
    WHERE originator_id = %b AND originator_version > %b::bigint AND originator_version <= %b::bigint
    ORDER BY originator_version {direction} LIMIT %b::bigint
    """
STREAM = SQL(_STREAM).format(table=_table, direction=SQL("ASC"))
STREAM_BACKWARDS = SQL(_STREAM).format(table=_table, direction=SQL("DESC"))

MAX_POSITION = SQL("SELECT max(notification_id) FROM {table}").format(table=_table)

ONE_MIGRATION = SQL("SELECT pg_advisory_xact_lock({})").format(Literal(_MIGRATION_LOCK))
"""Two processes that migrate at once take turns."""

CREATE_TABLE = SQL(
    """
    CREATE TABLE IF NOT EXISTS {table} (
        originator_id uuid NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        notification_id bigserial NOT NULL,
        PRIMARY KEY (originator_id, originator_version)
    ) WITH (
        autovacuum_vacuum_insert_threshold = 10000,
        autovacuum_vacuum_insert_scale_factor = 0.02,
        autovacuum_freeze_min_age = 0,
        autovacuum_analyze_threshold = 1000,
        autovacuum_analyze_scale_factor = 0.02
    )
    """
).format(table=_table)
"""The library's table. Its own storage parameters all but switch vacuuming off; rows that never change are
best frozen a few at a time, before transaction ids run out.
"""

CREATE_INDEX = SQL("CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {table} (notification_id)").format(
    index=Identifier(f"{TABLE}_notification_id_idx"), table=_table
)

IS_READABLE = SQL("SELECT FROM {table} LIMIT 1").format(table=_table)

LASTING_COMMITS = SQL(
    """
    SELECT set_config(
        'synchronous_commit', CASE WHEN configured IN ('off', 'local') THEN 'on' ELSE configured END, false
    )
    FROM current_setting('synchronous_commit') AS configured
    """
)
"""For a session whose commits must be on disk, and on the standby where there is one, when they return. It
keeps the stricter settings, and also holds when the server's configuration is changed and read again.
"""
HAS_FSYNC = SQL("SELECT current_setting('fsync') = 'on'")

COPY_IN = SQL(
    "COPY {table} (originator_id, originator_version, topic, state, notification_id)"
    " FROM STDIN WITH (FORMAT binary)"
).format(table=_table)
COPIED_TYPES = ("uuid", "int8", "text", "bytea", "int8")
GO_ON_BEHIND = SQL("SELECT setval(pg_get_serial_sequence(%b, 'notification_id'), %b::bigint)")
"""The next event's position is behind this one."""
