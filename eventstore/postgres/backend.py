"""The PostgreSQL side of `eventstore.backend.Backend`: waiting for appends, the lock on a role, the table."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import psycopg
import structlog

from domain.errors import Unavailable
from eventstore.errors import LogNotEmpty
from eventstore.leader import PostgresLeadership
from eventstore.postgres import statements
from eventstore.postgres.connection import connect
from eventstore.recorder import RecordedEvent

_log = structlog.get_logger(__name__)


class PostgresListener:
    """LISTEN on a connection of its own; a pair of sockets lets another thread end the wait."""

    def __init__(self, url: str) -> None:
        with _translated():
            self._connection = connect(url, "follower")
            self._connection.execute(statements.LISTEN)
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def wait(self, seconds: float) -> None:
        """Return when something was appended, when woken, or after `seconds`; `Unavailable` when it went
        deaf.
        """
        with _translated():
            either = select.poll()
            either.register(self._connection.fileno(), select.POLLIN)
            either.register(self._ear, select.POLLIN)
            ready = {descriptor for descriptor, _ in either.poll(seconds * 1000)}
            if self._ear.fileno() in ready:
                self._ear.recv(64)
            for _ in self._connection.notifies(timeout=0):
                """Which append it was does not matter: the log is read from the position on."""

    def wake(self) -> None:
        """End a `wait`, this one or the next."""
        try:
            self._bell.send(b"!")
        except OSError:
            return  # Closed already, or woken so often that nothing more fits.

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
        self._ear.close()
        self._bell.close()


class PostgresBackend:
    """Events in the database of a `postgresql://` URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def environment(self) -> Mapping[str, str]:
        """The library's settings."""
        return {
            "PERSISTENCE_MODULE": "eventstore.postgres.library:Factory",
            "APPLICATION_RECORDER_TOPIC": "eventstore.postgres.recorder:Recorder",
            "EVENT_STORE_URL": self._url,
            "CREATE_TABLE": "no",
        }

    def listener(self, subscribe: Callable[[Callable[[], None]], Callable[[], None]]) -> PostgresListener:
        """Something to wait on. The database tells, whichever process appended: `subscribe` is not needed."""
        del subscribe
        return PostgresListener(self._url)

    def leadership(self, role: str) -> PostgresLeadership:
        """An advisory lock in the database."""
        return PostgresLeadership(lambda: connect(self._url, f"leader-{role}"), role)

    def create_tables(self) -> None:
        """Make the table and its indexes."""
        with _translated(), connect(self._url, "migrate") as connection, connection.transaction():
            connection.execute(statements.ONE_MIGRATION)
            connection.execute(statements.CREATE_TABLE)
            connection.execute(statements.CREATE_INDEX)

    def restore(self, pages: Iterable[Sequence[RecordedEvent]]) -> None:
        """Fill the empty log. Nobody appends meanwhile: this holds the lock that every append takes."""
        with _translated(), connect(self._url, "restore") as connection, connection.transaction():
            connection.execute(statements.LASTING_COMMITS)
            connection.execute(statements.TAKE_LOCK)
            if connection.execute(statements.IS_READABLE).fetchone() is not None:
                raise LogNotEmpty("the event store holds events")
            last = 0
            for page in pages:
                _copy(connection, page)
                last = page[-1].position
            if last:
                connection.execute(statements.GO_ON_BEHIND, [statements.TABLE, last])

    def now(self) -> datetime | None:
        """What the server's clock says."""
        with _translated(), connect(self._url, "clock") as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
            return row[0] if row else None

    def check(self) -> None:
        """Raise `Unavailable` unless the table can be read. Warns in the log of a server that does not sync.

        A warning only: no session can change `fsync`, and who builds a server that may lose everything (for
        tests, for a trial) means it. What a session can decide, the writer's decides (`LASTING_COMMITS`).
        """
        with _translated(), connect(self._url, "check") as connection:
            connection.execute(statements.IS_READABLE)
            row = connection.execute(statements.HAS_FSYNC).fetchone()
        if row is None or not row[0]:
            _log.warning("eventstore.fsync_is_off")


def _copy(connection: psycopg.Connection, page: Sequence[RecordedEvent]) -> None:
    with connection.cursor() as cursor, cursor.copy(statements.COPY_IN) as copy:
        copy.set_types(statements.COPIED_TYPES)
        for recorded in page:
            stored = recorded.stored
            stream, version = stored.originator_id, stored.originator_version
            copy.write_row((stream, version, stored.topic, stored.state, recorded.position))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, OSError) as error:
        raise Unavailable("the event store does not answer") from error
