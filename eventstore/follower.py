"""Reads the log in order, for ever: every event once, whatever happens to notifications and connections.

Listen first, then read, then wait at most a second: an event committed between reading and listening is
found, a lost notification costs a second, a lost connection is made again after a growing pause. No filter
by topic: the position must move past events that the reader does not care about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event as Flag

import structlog
from eventsourcing.persistence import PersistenceError

from domain.errors import Unavailable
from domain.events import Event
from eventstore.backend import Listener
from eventstore.mapper import EventMapper
from eventstore.recorder import BatchRecorder, RecordedEvent
from telemetry import meters

PAGE_EVENTS = 500
WAIT_SECONDS = 1.0
BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger(__name__)


class Follower:
    """Follows the log from a position. One thread reads; any thread may stop it."""

    def __init__(
        self,
        position: int,
        *,
        recorder: BatchRecorder,
        mapper: EventMapper,
        listen: Callable[[], Listener],
        page_events: int = PAGE_EVENTS,
    ) -> None:
        self.position = position
        """The last event that was handed out."""
        self._recorder = recorder
        self._mapper = mapper
        self._listen = listen
        self._page_events = page_events
        self._listener: Listener | None = None
        self._stopped = Flag()
        self._failures = 0

    def __iter__(self) -> Iterator[Sequence[RecordedEvent]]:
        """Pages of 1 to 500 events in the order of their positions, waiting where there are none, until
        stopped.
        """
        while not self._stopped.is_set():
            page = self.next_page()
            if page:
                yield page
        self._hang_up()

    def next_page(self, wait_seconds: float = WAIT_SECONDS) -> Sequence[RecordedEvent]:
        """The next events. Empty when there were none for `wait_seconds` (at most a second), when the
        database does not answer (this pauses a little longer each time), or when stopped.
        """
        try:
            listener = self._listening()
            page = self._read()
            if not page and not self._stopped.is_set():
                listener.wait(min(wait_seconds, WAIT_SECONDS))
                page = self._read()
        except (PersistenceError, Unavailable) as error:
            self._pause(error)
            return ()
        self._failures = 0
        return page

    def decode(self, page: Sequence[RecordedEvent]) -> list[tuple[int, Event]]:
        """The page's events, each with its position; what belongs to erased parties reads `ERASED`.

        Raises `domain.errors.Unavailable` when the key store does not answer, `EventUnreadable` for a
        damaged event.
        """
        events = self._mapper.to_domain_events([recorded.stored for recorded in page])
        return [(recorded.position, event) for recorded, event in zip(page, events, strict=True)]

    def stop(self) -> None:
        """Let the reading thread return promptly."""
        self._stopped.set()
        listener = self._listener
        if listener is not None:
            listener.wake()

    def close(self) -> None:
        """Stop, and give back the connection; by the reading thread, or when there is none any more."""
        self.stop()
        self._hang_up()

    def _listening(self) -> Listener:
        if self._listener is None:
            self._listener = self._listen()
        return self._listener

    def _read(self) -> Sequence[RecordedEvent]:
        if self._stopped.is_set():
            return ()
        page = self._recorder.read_after(self.position, self._page_events)
        if page:
            self.position = page[-1].position
        return page

    def _pause(self, error: Exception) -> None:
        pause = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)]
        self._failures += 1
        meters.FOLLOWER_RECONNECTS.inc()
        _log.warning("follower.disconnected", error=type(error).__name__, pause=pause)
        self._hang_up()
        self._stopped.wait(pause)

    def _hang_up(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
