"""Appends a batch in one round trip, and reads pages.

The lock makes the order of commits the order of positions, which every follower depends on: each transaction
takes its positions and commits before the next one takes any. It is an advisory lock, because LOCK TABLE
waits for VACUUM. It is a statement of its own, so that the INSERT's snapshot (READ COMMITTED: one for each
statement) is taken when the lock is held and sees whatever was committed before. Whoever inserts another way
breaks all of this: nothing else may.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import Any, cast

import psycopg
from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolTimeout

from eventstore.postgres import statements
from eventstore.postgres.connection import connect
from eventstore.postgres.library import Datastore
from eventstore.recorder import (
    Command,
    Key,
    NothingRecorded,
    Outcome,
    RecordedEvent,
    key_of,
    record_in_rounds,
)

_NOT_COMMITTED = (TransactionStatus.INTRANS, TransactionStatus.INERROR)
"""The server answered, and our transaction is still open."""


class Recorder(PostgresApplicationRecorder):
    """The library's recorder with one way in, and reads that fail soon instead of retrying for minutes."""

    def __init__(self, datastore: Datastore, *, events_table_name: str = statements.TABLE) -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self._url = datastore.url
        self._writing = Lock()
        self._connection: psycopg.Connection | None = None

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """The library's own way in, by the same road."""
        (outcome,) = self.insert_batch([stored_events])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def insert_batch(self, commands: Sequence[Command]) -> list[Outcome]:
        """Append commands, each wholly or not at all; see `eventstore.recorder.BatchRecorder`."""
        with self._writing:
            try:
                connection = self._connected()
                return record_in_rounds(
                    commands, partial(_insert, connection), partial(_stored_at, connection)
                )
            except psycopg.Error as error:
                self._disconnect()
                raise OperationalError("the events were not written") from error
            except BaseException:
                # Whatever state the connection is in: the next batch begins with a new one.
                self._disconnect()
                raise

    def read_after(self, position: int, limit: int) -> list[RecordedEvent]:
        """The next events by position."""
        return [_recorded(row) for row in self._read(statements.READ_AFTER, [position, limit])]

    def read_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """The events at these positions, by position."""
        return [_recorded(row) for row in self._read(statements.READ_AT, [list(positions)])]

    def read_stored(self, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        """What is recorded of these streams at these versions."""
        rows = self._read(statements.STORED_AT, _stored_keys(keys))
        return {key_of(recorded.stored): recorded for recorded in map(_recorded, rows)}

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """A stream's events; as the library's own, which would retry for minutes."""
        query = statements.STREAM_BACKWARDS if desc else statements.STREAM
        rows = self._read(
            query, [originator_id, gt or 0, statements.LAST_VERSION if lte is None else lte, limit]
        )
        return [_stored(row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The highest position, or None in an empty log."""
        ((position,),) = self._read(statements.MAX_POSITION, [])
        return cast("int | None", position)

    def close(self) -> None:
        """Give back the writer's connection; the readers' are the datastore's."""
        with self._writing:
            self._disconnect()

    def _connected(self) -> psycopg.Connection:
        if self._connection is None:
            try:
                self._connection = connect(self._url, "writer")
                self._connection.execute(statements.LASTING_COMMITS)
            except psycopg.Error as error:
                raise NothingRecorded("the database cannot be reached") from error
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _read(self, query: Any, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return self._read_once(query, parameters)
        except PersistenceError as error:
            if isinstance(error.__cause__, PoolTimeout):
                raise
            # Most likely the server restarted and the pool still holds connections from before.
            self.datastore.pool.check()
            return self._read_once(query, parameters)

    def _read_once(self, query: Any, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self.datastore.get_connection() as connection:
            cursor = connection.execute(query, parameters, prepare=True, binary=True)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())


def _insert(connection: psycopg.Connection, commands: Sequence[Command]) -> dict[Key, int]:
    try:
        with connection.pipeline():
            connection.execute(statements.BEGIN)
            connection.execute(statements.SET_LOCK_TIMEOUT)
            connection.execute(statements.TAKE_LOCK)
            connection.execute(statements.NOTIFY)
            inserted = connection.execute(statements.INSERT, _arrays(commands), prepare=True, binary=True)
            committed = connection.execute(statements.COMMIT)
    except psycopg.Error as error:
        # Only the server's own word says so: whatever else goes wrong, the status is not one of these.
        if connection.info.transaction_status in _NOT_COMMITTED:
            raise NothingRecorded("the database refused the events") from error
        raise
    if committed.statusmessage != "COMMIT":
        raise NothingRecorded("the transaction was not committed")
    return {(stream, version): position for stream, version, position in inserted.fetchall()}


def _stored_at(connection: psycopg.Connection, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
    rows = connection.execute(statements.STORED_AT, _stored_keys(keys), prepare=True, binary=True).fetchall()
    return {key_of(recorded.stored): recorded for recorded in map(_recorded, rows)}


def _stored_keys(keys: Sequence[Key]) -> list[list[Any]]:
    return [[stream for stream, _ in keys], [version for _, version in keys]]


def _arrays(commands: Sequence[Command]) -> list[list[Any]]:
    offered = [(index, stored) for index, command in enumerate(commands) for stored in command]
    return [
        [stored.originator_id for _, stored in offered],
        [stored.originator_version for _, stored in offered],
        [stored.topic for _, stored in offered],
        [stored.state for _, stored in offered],
        [index for index, _ in offered],
    ]


def _stored(row: Sequence[Any]) -> StoredEvent:
    stream, version, topic, state = row
    return StoredEvent(originator_id=stream, originator_version=version, topic=topic, state=state)


def _recorded(row: Sequence[Any]) -> RecordedEvent:
    return RecordedEvent(row[0], _stored(row[1:]))
