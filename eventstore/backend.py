"""What a database must offer to keep events in it: the port, and the choice by URL.

`wake` exists because a blocked thread has to be told to stop; a wake-up may always be one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import Protocol

from eventstore.errors import UnsafeSetting
from eventstore.recorder import RecordedEvent


class Listener(Protocol):
    """Waits until there may be something new."""

    def wait(self, seconds: float) -> None:
        """Return when something was appended, when woken, or after `seconds`. Raises `Unavailable` when it
        went deaf.
        """
        ...

    def wake(self) -> None:
        """End a `wait`, this one or the next. May be called by another thread."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Leadership(Protocol):
    """A role that one process at a time may have."""

    def acquire(self, stop: Event) -> bool:
        """Wait as hot standby until the role is ours. False when `stop` was set first."""
        ...

    def check(self) -> None:
        """Raise `eventstore.errors.LeadershipLost` unless the role is still ours."""
        ...

    def release(self) -> None:
        """Let another copy take over."""
        ...

    def is_taken(self) -> bool:
        """Whether any process has the role now; for operators. Raises `domain.errors.Unavailable`."""
        ...


class Backend(Protocol):
    """A database that can keep events."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The library's settings for this database."""
        ...

    def listener(self, subscribe: Callable[[Callable[[], None]], Callable[[], None]]) -> Listener:
        """Something to wait on. `subscribe(callback)` is for appends in this process; it returns how to
        unsubscribe.
        """
        ...

    def leadership(self, role: str) -> Leadership:
        """The lock on a role."""
        ...

    def create_tables(self) -> None:
        """Make what is missing. Safe when two processes do it at once."""
        ...

    def restore(self, pages: Iterable[Sequence[RecordedEvent]]) -> None:
        """Fill the empty log with events at the positions they have, all or none; later ones come after them.

        For `ebox restore` alone. Raises `LogNotEmpty`, and `Unavailable` when the database does not answer.
        """
        ...

    def now(self) -> datetime | None:
        """What the server's clock says; None where there is no server. Raises `domain.errors.Unavailable`."""
        ...

    def check(self) -> None:
        """Raise `domain.errors.Unavailable` unless the database answers."""
        ...


def backend_for(url: str) -> Backend:
    """The backend that keeps events at this URL (`postgresql://…` or `sqlite:///path`)."""
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme in {"postgresql", "postgres"}:
        from eventstore.postgres.backend import PostgresBackend  # noqa: PLC0415 - only what is used is loaded

        return PostgresBackend(url)
    if scheme == "sqlite":
        from eventstore.sqlite import SqliteBackend  # noqa: PLC0415 - only what is used is loaded

        return SqliteBackend(url)
    raise UnsafeSetting("the event store's URL begins with postgresql:// or sqlite:///")
