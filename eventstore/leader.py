"""Roles that must be single: one copy has the lock, the others wait as hot standby.

On PostgreSQL the lock is a session's advisory lock on a connection of its own: the server gives it back when
that connection ends, however the process ended, and the process asks before each step whether the connection
still lives. On SQLite it is a lock on a file (`flock`), which the kernel gives back.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import psycopg
import structlog

from domain.errors import Unavailable
from eventstore.backend import Leadership
from eventstore.errors import LeadershipLost
from telemetry import meters

STANDBY_SECONDS = 1.0
"""How often a standby asks. It asks instead of queueing: a statement that waits for hours would hold back
vacuum.
"""

# How PostgreSQL shows a lock whose key is one bigint: its halves apart, and 1 behind them.
_IS_TAKEN = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND (classid::bigint << 32 | objid::bigint) = %(key)s
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    """

_log = structlog.get_logger(__name__)


class PostgresLeadership:
    """A role, as an advisory lock in the database."""

    def __init__(self, connect: Callable[[], psycopg.Connection], role: str) -> None:
        self._connect = connect
        self._role = role
        digest = hashlib.sha256(b"ebox role " + role.encode()).digest()
        self._key = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: psycopg.Connection | None = None

    def acquire(self, stop: Event) -> bool:
        """Wait until the role is ours, reconnecting as needed. False when `stop` was set first."""
        while not stop.is_set():
            try:
                if self._try():
                    return True
            except psycopg.Error as error:
                _log.warning("leadership.unreachable", leadership=self._role, error=type(error).__name__)
                self.release()
            stop.wait(STANDBY_SECONDS)
        self.release()
        return False

    def check(self) -> None:
        """Raise `LeadershipLost` unless the connection that holds the lock still lives."""
        if self._connection is None:
            raise LeadershipLost(f"the role {self._role} is not held")
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            self.release()
            raise LeadershipLost(f"the connection that held the role {self._role} is gone") from error

    def release(self) -> None:
        """End the connection, and with it the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def is_taken(self) -> bool:
        """Whether any process has the role. Raises `Unavailable`."""
        try:
            with self._connect() as connection:
                row = connection.execute(_IS_TAKEN, {"key": self._key}).fetchone()
        except psycopg.Error as error:
            raise Unavailable("the event store does not answer") from error
        return row is not None and bool(row[0])

    def _try(self) -> bool:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone()
        return row is not None and bool(row[0])


class MeteredLeadership:
    """A role whose holder can be seen by operators. Implements `eventstore.backend.Leadership`."""

    def __init__(self, leadership: Leadership, role: str) -> None:
        self._leadership = leadership
        self._holds = meters.LEADER.labels(role)

    def acquire(self, stop: Event) -> bool:
        """Wait as hot standby until the role is ours. False when `stop` was set first."""
        is_ours = self._leadership.acquire(stop)
        self._holds.set(is_ours)
        return is_ours

    def check(self) -> None:
        """Raise `LeadershipLost` unless the role is still ours."""
        try:
            self._leadership.check()
        except LeadershipLost:
            self._holds.set(0)
            raise

    def release(self) -> None:
        """Let another copy take over."""
        self._leadership.release()
        self._holds.set(0)

    def is_taken(self) -> bool:
        """Whether any process has the role."""
        return self._leadership.is_taken()


class FileLeadership:
    """A role, as a lock on a file beside the database."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._descriptor: int | None = None

    def acquire(self, stop: Event) -> bool:
        """Wait until the role is ours. False when `stop` was set first."""
        while not stop.is_set():
            if self._try():
                return True
            stop.wait(STANDBY_SECONDS)
        return False

    def check(self) -> None:
        """Raise `LeadershipLost` unless the lock is held."""
        if self._descriptor is None:
            raise LeadershipLost(f"the lock {self._path.name} is not held")

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_taken(self) -> bool:
        """Whether any process has the role."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unavailable("the lock file cannot be opened") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _try(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True
