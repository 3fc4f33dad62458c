"""The event store as the application sees it: append, load, read, follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import PersistenceError, StoredEvent

from domain.errors import OutcomeUnknown, Unavailable
from domain.events import Event
from eventstore.backend import Backend, Leadership
from eventstore.disclosing import Disclosed, disclosed
from eventstore.errors import AggregateNotFound
from eventstore.follower import PAGE_EVENTS, Follower
from eventstore.keys import KeyRing
from eventstore.leader import MeteredLeadership
from eventstore.library import Log
from eventstore.mapper import EventMapper
from eventstore.recorder import BatchRecorder, RecordedEvent
from eventstore.writer import QUEUE_EVENTS, Writer
from telemetry import spans
from threads import BoundedThreads

READERS = 8
WAITING_READS = 256
READ_SECONDS = 15.0
APPEND_SECONDS = 60.0
"""Longer than the writer's tries can take together: it is the writer that gives up first."""

T = TypeVar("T")


class EventStore:
    """The log. Built by bootstrap: `EventStore(backend_for(url), key_store.keys)`. Safe among threads and
    loops.

    Every method raises `domain.errors.Unavailable` when the database does not answer. Only from `append` and
    `append_now` it may be `OutcomeUnknown`: the events may be recorded.
    """

    def __init__(self, backend: Backend, keys: KeyRing, *, queue_events: int = QUEUE_EVENTS) -> None:
        self._backend = backend
        self._keys = keys
        self._log = Log(dict(backend.environment), keys)
        self.mapper = cast("EventMapper", self._log.mapper)
        self.recorder = cast("BatchRecorder", self._log.recorder)
        self._callbacks: list[Callable[[int], None]] = []
        self._callbacks_lock = Lock()
        self._threads = BoundedThreads("event store", READERS, waiting=WAITING_READS, seconds=READ_SECONDS)
        self._writer = Writer(self.recorder, self._appended, queue_events=queue_events)

    async def append(self, *events: Event) -> int:
        """Append the events of one decision, all or none; when it returns they are committed and synced.

        Returns the highest position. Raises as `append_all`.
        """
        return max(await self.append_all(*events))

    async def append_all(self, *events: Event) -> list[int]:
        """`append`, and the position of each event, in their order.

        Raises `VersionConflict` where another event has that place in its stream, `KeyMissing` where an owner
        of personal data was erased, `Busy` when too many events wait. After `OutcomeUnknown` they may be
        recorded, or may be later; after any other error they are not.
        """
        unknown = self._keys.unknown(self.mapper.owners(events))
        if unknown:
            await self._threads.run(self._keys.prefetch, unknown)
        with spans.span("event store append", events=len(events)):
            future = self._writer.submit_async(self._stored(events))
            try:
                async with asyncio.timeout(APPEND_SECONDS):
                    return await future
            except TimeoutError as error:
                raise OutcomeUnknown("the event store does not answer") from error

    def append_now(self, *events: Event) -> int:
        """`append` for command lines and worker threads: blocks. Never call it from a coroutine."""
        future = self._writer.submit(self._stored(events))
        try:
            return max(future.result(APPEND_SECONDS))
        except TimeoutError as error:
            raise OutcomeUnknown("the event store does not answer") from error

    def load(self, stream_id: UUID) -> Any:
        """The aggregate as its events made it; blocks. Raises `AggregateNotFound`."""
        with _translated():
            try:
                return self._log.repository.get(stream_id)
            except AggregateNotFoundError as error:
                raise AggregateNotFound(stream_id) from error

    async def get(self, stream_id: UUID) -> Any:
        """`load`, in a thread. Raises `Busy` when too many reads wait already."""
        return await self._threads.run(self.load, stream_id)

    def first_event(self, stream_id: UUID) -> Event | None:
        """The event that began the stream, or None; blocks."""
        events = self.events_of(stream_id, limit=1)
        return events[0] if events else None

    def events_of(self, stream_id: UUID, *, limit: int | None = None) -> list[Event]:
        """The stream's events in their order (the first `limit`); blocks."""
        with _translated():
            stored = self._log.recorder.select_events(stream_id, limit=limit)
        return self.mapper.to_domain_events(stored)

    async def at_positions(self, positions: Sequence[int]) -> list[tuple[int, Event]]:
        """The events at these positions, in order; a position that has none is left out."""
        return await self._threads.run(self._at, positions)

    def max_position(self) -> int:
        """The position of the last event, 0 in an empty log; blocks."""
        with _translated():
            return self.recorder.max_notification_id() or 0

    async def disclose(
        self, positions: Sequence[int], owners: Collection[UUID]
    ) -> dict[int, list[Disclosed]]:
        """By position, the personal fields of these owners in the events there, to be shown to them."""
        return await self._threads.run(self._disclose, positions, owners)

    async def position_of(self, stream_id: UUID, version: int) -> int | None:
        """Where the log has the event of this stream at this version; None where there is none."""
        return await self._threads.run(self._position_of, stream_id, version)

    async def latest_position(self) -> int:
        """`max_position`, in a thread."""
        return await self._threads.run(self.max_position)

    def follow(self, position: int, *, page_events: int = PAGE_EVENTS) -> Follower:
        """A follower from this position on (0: from the first event); `page_events` at most at once."""
        return Follower(
            position,
            recorder=self.recorder,
            mapper=self.mapper,
            listen=lambda: self._backend.listener(lambda wake: self.on_append(lambda _position: wake())),
            page_events=page_events,
        )

    def leadership(self, role: str) -> Leadership:
        """The lock on a role that must be single."""
        return MeteredLeadership(self._backend.leadership(role), role)

    def on_append(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back after each commit of this process with the highest position, in the writer's thread: be
        brief, never raise.

        Returns how to unsubscribe.
        """
        with self._callbacks_lock:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._callbacks_lock:
                self._callbacks.remove(callback)

        return unsubscribe

    def create_tables(self) -> None:
        """Make what is missing; for `ebox migrate`. Safe when two processes do it at once."""
        self._backend.create_tables()

    def restore(self, pages: Iterable[Sequence[RecordedEvent]]) -> None:
        """Fill the empty log from a backup, all or nothing. Raises `LogNotEmpty`."""
        self._backend.restore(pages)

    def server_time(self) -> datetime | None:
        """What the database server's clock says; None where the database is a file. Blocks."""
        return self._backend.now()

    def check(self) -> None:
        """Raise `Unavailable` unless the database answers."""
        self._backend.check()

    def close(self) -> None:
        """Append what waits, then close everything."""
        self._writer.close()
        self._threads.close()
        self.recorder.close()
        self._log.close()

    def _at(self, positions: Sequence[int]) -> list[tuple[int, Event]]:
        with _translated():
            found = self.recorder.read_at(positions)
        events = self.mapper.to_domain_events([recorded.stored for recorded in found])
        return [(recorded.position, event) for recorded, event in zip(found, events, strict=True)]

    def _disclose(self, positions: Sequence[int], owners: Collection[UUID]) -> dict[int, list[Disclosed]]:
        with _translated():
            found = self.recorder.read_at(positions)
        return {one.position: disclosed(one.stored, owners, self._keys) for one in found}

    def _position_of(self, stream_id: UUID, version: int) -> int | None:
        with _translated():
            found = self.recorder.read_stored([(stream_id, version)])
        return found[stream_id, version].position if found else None

    def _stored(self, events: Sequence[Event]) -> list[StoredEvent]:
        if not events:
            raise ValueError("nothing to append")
        return self.mapper.to_stored_events(events)

    def _appended(self, position: int) -> None:
        with self._callbacks_lock:
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback(position)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PersistenceError as error:
        raise Unavailable("the event store does not answer") from error
