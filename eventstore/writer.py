"""Group commit: one thread for each process takes whatever waits and appends it as one batch, one commit for
all.

No timer: while one batch is being committed the next one gathers, so a lone command waits for nothing and a
crowd shares its fsync. What is acknowledged is committed and synced. When the database goes away the batch
is tried again, the same to the byte; the recorder recognises what an earlier try already committed. After
the last try its commands fail, as `Unavailable` where no try can have recorded anything, else as
`OutcomeUnknown`; and the writer goes on with the next ones: it recovers by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from time import monotonic, sleep
from typing import TypeAlias

import structlog
from eventsourcing.persistence import PersistenceError, StoredEvent

from domain.errors import Busy, Conflict, OutcomeUnknown, Unavailable
from eventstore.recorder import BatchRecorder, NothingRecorded, Outcome
from telemetry import meters

BATCH_EVENTS = 500
BATCH_BYTES = 8 * 1024 * 1024
QUEUE_EVENTS = 5_000
"""Half a second's work: who comes later is better told so than kept waiting."""
QUEUE_BYTES = 64 * 1024 * 1024
"""Of states that wait: the memory that a crowd of large messages may take."""
RETRY_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Pauses between tries. While the database stays away, later batches are tried once."""
CLOSE_SECONDS = 30.0
GATHER_SECONDS = 0.005
"""From the beginning of a batch of several to that of the next, at least. As PostgreSQL's `commit_delay` it
waits only while others are at it: many small batches cost the interpreter more than they win."""

_log = structlog.get_logger(__name__)

Positions: TypeAlias = list[int]
Result: TypeAlias = Outcome | Exception


@dataclass(slots=True, eq=False)
class _Pending:
    events: Sequence[StoredEvent]
    future: Future[Positions] | asyncio.Future[Positions]
    loop: asyncio.AbstractEventLoop | None
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(len(stored.state) for stored in self.events)


class Writer:
    """Appends for a whole process. `on_append` is called in the writer's thread, after each commit, with the
    highest position.
    """

    def __init__(
        self,
        recorder: BatchRecorder,
        on_append: Callable[[int], None],
        *,
        queue_events: int = QUEUE_EVENTS,
        queue_bytes: int = QUEUE_BYTES,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._recorder = recorder
        self._on_append = on_append
        self._queue_events = queue_events
        self._queue_bytes = queue_bytes
        self._retry_seconds = retry_seconds
        self._queue: deque[_Pending] = deque()
        self._waiting_events = 0
        self._waiting_bytes = 0
        self._changed = Condition()
        self._closing = False
        self._abandon = Event()
        self._is_down = False
        self._thread = Thread(target=self._run, name="event-writer", daemon=True)
        self._thread.start()

    def submit(self, events: Sequence[StoredEvent]) -> Future[Positions]:
        """Append from any thread. The future's result is the events' positions; it fails with
        `VersionConflict`, `Unavailable` (nothing was recorded) or `OutcomeUnknown`. Raises at once `Busy`
        when too much waits, `Unavailable` after `close`.
        """
        future: Future[Positions] = Future()
        self._enqueue(_Pending(events, future, None))
        return future

    def submit_async(self, events: Sequence[StoredEvent]) -> asyncio.Future[Positions]:
        """The same from a coroutine; all futures of a batch come back in one turn of their loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Positions] = loop.create_future()
        self._enqueue(_Pending(events, future, loop))
        return future

    def close(self) -> None:
        """Append what waits, then stop. After half a minute what is left is tried only once."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)
        self._abandon.set()
        self._thread.join(CLOSE_SECONDS)

    def _enqueue(self, pending: _Pending) -> None:
        with self._changed:
            if self._closing:
                raise Unavailable("the event store is shutting down")
            events = self._waiting_events + len(pending.events)
            size = self._waiting_bytes + pending.size
            # Whatever its size, a lone command is taken: it could never come at a better time.
            if self._queue and (events > self._queue_events or size > self._queue_bytes):
                meters.APPEND_FAILURES.labels("busy").inc()
                raise Busy("too many events wait to be written")
            self._queue.append(pending)
            self._waiting_events, self._waiting_bytes = events, size
            self._changed.notify()

    def _run(self) -> None:
        while batch := self._take():
            began = monotonic()
            with meters.APPEND_SECONDS.time():
                results = self._append(batch)
            _count(batch, results)
            highest = max(
                (result[-1] for result in results if isinstance(result, list) and result), default=None
            )
            if highest is not None:
                self._tell(highest)
            _complete(batch, results)
            if len(batch) > 1:
                self._gather(began + GATHER_SECONDS)

    def _gather(self, until: float) -> None:
        """Let more commands come. One alone never waits: there was no other beside it."""
        remaining = until - monotonic()
        if remaining > 0 and not self._closing:
            sleep(remaining)

    def _tell(self, position: int) -> None:
        try:
            self._on_append(position)
        except Exception:  # noqa: BLE001 - what was committed is committed, and everybody depends on this thread
            _log.exception("writer.callback_failed")

    def _take(self) -> list[_Pending]:
        """What waits, as far as it fits a batch; empty when closed and drained."""
        with self._changed:
            while not self._queue and not self._closing:
                self._changed.wait(timeout=1.0)
            batch: list[_Pending] = []
            events = size = 0
            while self._queue:
                following = self._queue[0]
                events += len(following.events)
                size += following.size
                if batch and (events > BATCH_EVENTS or size > BATCH_BYTES):
                    break
                batch.append(self._queue.popleft())
                self._waiting_events -= len(following.events)
                self._waiting_bytes -= following.size
            meters.QUEUED_EVENTS.set(self._waiting_events)
            meters.BATCH_EVENTS.observe(events)
            return batch

    def _append(self, batch: list[_Pending]) -> Sequence[Result]:
        pauses = [] if self._is_down else list(self._retry_seconds)
        is_unknown = False
        while True:
            try:
                results = self._recorder.insert_batch([pending.events for pending in batch])
            except PersistenceError as error:
                is_unknown |= not isinstance(error, NothingRecorded)
                if not pauses or self._abandon.is_set():
                    self._is_down = True
                    _log.error(
                        "writer.unavailable", error=_name(error), commands=len(batch), is_unknown=is_unknown
                    )
                    return [_unavailable(error, is_unknown)] * len(batch)
                _log.warning("writer.retries", error=_name(error), commands=len(batch))
                self._abandon.wait(pauses.pop(0))
            except Exception as error:  # noqa: BLE001 - a mistake fails its batch, never everybody's thread
                _log.exception("writer.failed", commands=len(batch))
                return [error] * len(batch)
            else:
                self._is_down = False
                return results


def _name(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


def _unavailable(cause: Exception, is_unknown: bool) -> Unavailable:
    error = (OutcomeUnknown if is_unknown else Unavailable)("the event store does not answer")
    error.__cause__ = cause
    return error


def _count(batch: list[_Pending], results: Sequence[Result]) -> None:
    """What was committed, by topic, and what was not, by reason."""
    topics: Counter[str] = Counter()
    for pending, result in zip(batch, results, strict=True):
        if isinstance(result, Exception):
            meters.APPEND_FAILURES.labels(_reason(result)).inc()
        else:
            topics.update(stored.topic for stored in pending.events)
    for topic, count in topics.items():
        meters.EVENTS.labels(topic).inc(count)


def _reason(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "conflict"
    if isinstance(error, OutcomeUnknown):
        return "outcome_unknown"
    return "unavailable" if isinstance(error, Unavailable) else "failed"


def _complete(batch: list[_Pending], results: Sequence[Result]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Pending, Result]]] = {}
    for pending, result in zip(batch, results, strict=True):
        if pending.loop is None:
            _settle([(pending, result)])
        else:
            by_loop.setdefault(pending.loop, []).append((pending, result))
    for loop, settled in by_loop.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: list[tuple[_Pending, Result]]) -> None:
    for pending, result in settled:
        if pending.future.done():
            continue
        if isinstance(result, Exception):
            pending.future.set_exception(result)
        else:
            pending.future.set_result(result)
