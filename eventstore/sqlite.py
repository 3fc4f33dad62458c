"""Events in an SQLite file: the same contract as on PostgreSQL, for the embedded mode and for tests.

Every writing transaction is BEGIN IMMEDIATE and synchronous FULL: committed is on disk. There is one writer
at a time, so positions become visible in their order. Other processes are noticed by polling, this one's own
appends at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from threading import Event
from typing import Any

from eventsourcing.persistence import OperationalError, PersistenceError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteDatastore,
    SQLiteFactory,
)
from sqlalchemy.engine import make_url

from domain.errors import Unavailable
from eventstore.errors import LogNotEmpty, UnsafeSetting
from eventstore.leader import FileLeadership
from eventstore.recorder import (
    Command,
    Key,
    NothingRecorded,
    Outcome,
    RecordedEvent,
    key_of,
    record_in_rounds,
)
from eventstore.wal import use_write_ahead_log

LOCK_SECONDS = 5
_PARAMETERS = 500


class Pool(SQLiteConnectionPool):
    """The library's pool, with commits that reach the disk."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
        return connection


class Recorder(SQLiteApplicationRecorder):
    """The library's recorder, appending whole batches."""

    def construct_create_table_statements(self) -> list[str]:
        """The library's table with an explicit rowid: without one, VACUUM may number the events anew."""
        columns = (
            "rowid INTEGER PRIMARY KEY AUTOINCREMENT",
            "originator_id TEXT NOT NULL",
            "originator_version INTEGER NOT NULL",
            "topic TEXT NOT NULL",
            "state BLOB NOT NULL",
            "UNIQUE (originator_id, originator_version)",
        )
        return [f"CREATE TABLE IF NOT EXISTS {self.events_table_name} ({', '.join(columns)})"]

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """The library's own way in, by the same road."""
        (outcome,) = self.insert_batch([stored_events])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def insert_batch(self, commands: Sequence[Command]) -> list[Outcome]:
        """Append commands, each wholly or not at all; see `eventstore.recorder.BatchRecorder`."""
        return record_in_rounds(commands, self._insert, self.read_stored)

    def read_after(self, position: int, limit: int) -> list[RecordedEvent]:
        """The next events by position."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT * FROM {self.events_table_name} WHERE rowid > ? ORDER BY rowid LIMIT ?",  # noqa: S608 - our own table's name
                (position, limit),
            )
            return [self._recorded(row) for row in cursor.fetchall()]

    def read_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """The events at these positions, by position."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"SELECT * FROM {self.events_table_name} WHERE rowid IN"  # noqa: S608 - our own table's name
                " (SELECT value FROM json_each(?)) ORDER BY rowid",
                (json.dumps(list(positions)),),
            )
            return [self._recorded(row) for row in cursor.fetchall()]

    def read_stored(self, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        """What is recorded of these streams at these versions."""
        with self.datastore.transaction(commit=False) as cursor:
            return self._select(cursor, keys)

    def close(self) -> None:
        """Nothing: every connection is the datastore's."""

    def _insert(self, commands: Sequence[Command]) -> dict[Key, int]:
        with ExitStack() as held:
            try:
                connection = held.enter_context(self.datastore.get_connection(commit=True))
                held.callback(connection.rollback)  # does nothing after a commit
                with connection.cursor() as cursor:
                    cursor.execute("BEGIN IMMEDIATE")
                    positions = self._insert_untaken(cursor, commands)
            except (PersistenceError, sqlite3.Error) as error:
                raise NothingRecorded("the file took nothing") from error
            try:
                connection.commit()
            except sqlite3.Error as error:
                raise OperationalError("the commit failed") from error
        return positions

    def _insert_untaken(self, cursor: Any, commands: Sequence[Command]) -> dict[Key, int]:
        taken = self._select(cursor, [key_of(stored) for command in commands for stored in command])
        positions: dict[Key, int] = {}
        for command in commands:
            if any(key_of(stored) in taken for stored in command):
                continue
            for stored in command:
                stream, version = key_of(stored)
                cursor.execute(
                    f"INSERT INTO {self.events_table_name} "  # noqa: S608 - our own table's name
                    "(originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?)",
                    (stream.hex, version, stored.topic, stored.state),
                )
                positions[stream, version] = cursor.lastrowid
        return positions

    def _select(self, cursor: Any, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        found: dict[Key, RecordedEvent] = {}
        for start in range(0, len(keys), _PARAMETERS):
            chunk = keys[start : start + _PARAMETERS]
            cursor.execute(
                f"SELECT * FROM {self.events_table_name} "  # noqa: S608 - our own table's name
                f"WHERE (originator_id, originator_version) IN (VALUES {', '.join(['(?, ?)'] * len(chunk))})",
                [part for stream, version in chunk for part in (stream.hex, version)],
            )
            for recorded in map(self._recorded, cursor.fetchall()):
                found[key_of(recorded.stored)] = recorded
        return found

    def _recorded(self, row: Any) -> RecordedEvent:
        stream = self.convert_originator_id(row["originator_id"])
        stored = StoredEvent(stream, row["originator_version"], row["topic"], row["state"])
        return RecordedEvent(row["rowid"], stored)


class Factory(SQLiteFactory):
    """The library's factory over the durable pool."""

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.datastore.pool.close()
        self.datastore.pool = Pool(db_name=self.env["SQLITE_DBNAME"], lock_timeout=LOCK_SECONDS)


class SqliteListener:
    """Wakes when this process appends; other processes' events are found when the wait is over."""

    def __init__(self, subscribe: Callable[[Callable[[], None]], Callable[[], None]]) -> None:
        self._woken = Event()
        self._unsubscribe = subscribe(self._woken.set)

    def wait(self, seconds: float) -> None:
        """Return when something was appended here, when woken, or after `seconds`."""
        self._woken.wait(seconds)
        self._woken.clear()

    def wake(self) -> None:
        """End a `wait`, this one or the next."""
        self._woken.set()

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()


class SqliteBackend:
    """Events in the file of a `sqlite:///path` URL."""

    def __init__(self, url: str) -> None:
        path = make_url(url).database
        if not path or ":memory:" in path:
            raise UnsafeSetting(
                "an SQLite event store is a file: sqlite:////absolute/path or sqlite:///relative/path"
            )
        self._path = path

    @property
    def environment(self) -> Mapping[str, str]:
        """The library's settings."""
        return {
            "PERSISTENCE_MODULE": "eventstore.sqlite:Factory",
            "APPLICATION_RECORDER_TOPIC": "eventstore.sqlite:Recorder",
            "SQLITE_DBNAME": self._path,
            "CREATE_TABLE": "no",
        }

    def listener(self, subscribe: Callable[[Callable[[], None]], Callable[[], None]]) -> SqliteListener:
        """Something to wait on."""
        return SqliteListener(subscribe)

    def leadership(self, role: str) -> FileLeadership:
        """A lock file beside the database."""
        return FileLeadership(f"{self._path}.{role}.lock")

    def create_tables(self) -> None:
        """Make the file and its table."""
        try:
            with closing(sqlite3.connect(self._path, timeout=LOCK_SECONDS)) as connection:
                use_write_ahead_log(connection)
        except sqlite3.Error as error:
            raise Unavailable("the event store's file does not answer") from error
        with self._recorder() as recorder:
            recorder.create_table()

    def restore(self, pages: Iterable[Sequence[RecordedEvent]]) -> None:
        """Fill the empty log, in one transaction; AUTOINCREMENT goes on behind the highest rowid."""
        with self._recorder() as recorder, recorder.datastore.get_connection(commit=True) as connection:
            with connection.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    _fill(cursor, recorder.events_table_name, pages)
                except BaseException:
                    connection.rollback()
                    raise
            connection.commit()

    def now(self) -> None:
        """No clock but this machine's."""
        return

    def check(self) -> None:
        """Raise `Unavailable` unless the file answers."""
        with self._recorder() as recorder:
            recorder.max_notification_id()

    @contextmanager
    def _recorder(self) -> Iterator[Recorder]:
        datastore = SQLiteDatastore(self._path)
        datastore.pool.close()
        datastore.pool = Pool(db_name=self._path, lock_timeout=LOCK_SECONDS)
        try:
            yield Recorder(datastore)
        except (PersistenceError, sqlite3.Error) as error:
            raise Unavailable("the event store's file does not answer") from error
        finally:
            datastore.close()


def _fill(cursor: Any, table: str, pages: Iterable[Sequence[RecordedEvent]]) -> None:
    cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - our own table's name
    if cursor.fetchone() is not None:
        raise LogNotEmpty("the event store holds events")
    for page in pages:
        for recorded in page:
            stream, version = key_of(recorded.stored)
            cursor.execute(
                f"INSERT INTO {table} (rowid, originator_id, originator_version, topic, state) "  # noqa: S608 - our own table's name
                "VALUES (?, ?, ?, ?, ?)",
                (recorded.position, stream.hex, version, recorded.stored.topic, recorded.stored.state),
            )
