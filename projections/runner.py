"""The runner: follows the log and applies each page of events to every read model.

A page is decoded once. All models' rows and positions are one transaction, so that a process that dies at any
moment leaves nothing half done, and each event counts exactly once. A model that is new starts from 0; the
others are not given again what they have seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event as Flag
from typing import Protocol

import structlog
from sqlalchemy import Connection

from domain.causes import cause_of
from domain.errors import Retryable
from eventstore.backend import Leadership
from eventstore.errors import LeadershipLost
from eventstore.recorder import RecordedEvent
from projections import progress, shapes
from projections.database import ReadDatabase
from projections.model import Located, ReadModel
from projections.models import READ_MODELS
from projections.positions import announce
from projections.progress import Overtaken, Progress
from telemetry import meters, spans

_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger(__name__)


class EventFeed(Protocol):
    """The log, read from a position on: an `eventstore.follower.Follower`."""

    def next_page(self) -> Sequence[RecordedEvent]:
        """The next events; after a short wait none, where there are none or the log cannot be reached."""
        ...

    def decode(self, page: Sequence[RecordedEvent]) -> list[Located]:
        """The page's events, readable. Raises `domain.errors.Unavailable` where keys cannot be reached."""
        ...

    def stop(self) -> None:
        """Let `next_page` return promptly."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Runner:
    """Keeps read models up to date. One thread calls `run`; any thread may `stop` it.

    `follow` makes a feed from a position on (`EventStore.follow`). `leadership` keeps a second copy waiting;
    two that run all the same do each other no harm.
    """

    def __init__(
        self,
        follow: Callable[[int], EventFeed],
        database: ReadDatabase,
        *,
        models: Sequence[ReadModel] = READ_MODELS,
        leadership: Leadership | None = None,
    ) -> None:
        self._follow = follow
        self._database = database
        self._models = models
        self._leadership = leadership
        self._stopped = Flag()
        self._feed: EventFeed | None = None
        self._failures = 0

    def run(self) -> None:
        """Follow the log until stopped.

        What does not answer is tried again, for ever, after a growing pause. Anything else (an event that
        cannot be read, a fold that fails, a read model of another release) is raised: going on would leave
        the read models wrong.
        """
        while not self._stopped.is_set():
            try:
                if self._leadership is None or self._leadership.acquire(self._stopped):
                    self._follow_log()
            except (Retryable, Overtaken, LeadershipLost) as error:
                self._pause(error)
            finally:
                if self._leadership is not None:
                    self._leadership.release()

    def stop(self) -> None:
        """Let `run` return after the page in hand."""
        self._stopped.set()
        if self._feed is not None:
            self._feed.stop()

    def _follow_log(self) -> None:
        with self._database.writing() as connection:
            progress.begin(connection, [model.name for model in self._models])
            shapes.enter(connection, self._models)
            known = progress.load(connection)
        done = {model.name: known[model.name] for model in self._models}
        self._feed = self._follow(min(one.position for one in done.values()))
        try:
            while not self._stopped.is_set():
                page = self._feed.next_page()
                if self._leadership is not None:
                    self._leadership.check()
                if page:
                    with meters.PAGE_SECONDS.time(), spans.work("projection page", events=len(page)):
                        events = self._feed.decode(page)
                        with self._database.writing() as connection:
                            moved = take_in(connection, self._models, done, events)
                            announce(connection, moved)
                        done |= moved
                    meters.PROJECTED_EVENTS.inc(len(page))
                    self._failures = 0
        finally:
            self._feed.close()

    def _pause(self, error: Exception) -> None:
        pause = _BACKOFF_SECONDS[min(self._failures, len(_BACKOFF_SECONDS) - 1)]
        self._failures += 1
        meters.PROJECTION_PAUSES.inc()
        _log.warning("projections.paused", error=type(error).__name__, cause=cause_of(error), seconds=pause)
        self._stopped.wait(pause)


def apply_page(
    database: ReadDatabase,
    models: Sequence[ReadModel],
    done: dict[str, Progress],
    page: Sequence[Located],
) -> dict[str, Progress]:
    """`take_in` in a transaction of its own, of which no reader is told."""
    with database.writing() as connection:
        return take_in(connection, models, done, page)


def take_in(
    connection: Connection,
    models: Sequence[ReadModel],
    done: dict[str, Progress],
    page: Sequence[Located],
) -> dict[str, Progress]:
    """Take a page of events in; returns how far the models are that moved.

    `done` is how far each model is believed to be.

    Raises:
        Overtaken: another runner was faster; nothing was written.
        OtherRelease: a model has been built anew for another release; nothing was written.
    """
    end = page[-1][0]
    behind = {name: one for name, one in done.items() if one.position < end}
    picked = {
        model: events
        for model in models
        if model.name in behind and (events := model.pick(page, behind[model.name].position))
    }
    moved = progress.advance(connection, behind, end, {model.name for model in picked})
    shapes.require(connection, models)
    for model, events in picked.items():
        model.fold(connection, events)
    return moved
