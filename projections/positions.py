"""How far the read models are, as a process that answers reads knows it, without asking for every request.

The runner announces each commit (PostgreSQL: NOTIFY in the same transaction; SQLite: a call in the same
process). Whoever waits for a position wakes at once. What an announcement missed, a look at the table once a
second finds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock, Thread
from time import monotonic
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, String, bindparam, func, select

from domain.causes import cause_of
from projections import progress
from projections.columns import to_json
from projections.database import ReadDatabase
from projections.progress import NOT_BEGUN, Progress

READ_YOUR_WRITES_SECONDS: Final = 0.25

_CHANNEL = "ebox_read_models"
_NOTIFY = select(func.pg_notify(_CHANNEL, bindparam("news", type_=String)))
_LOOK_SECONDS = 1.0
_STOP_SECONDS = 0.2
_BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger(__name__)


def announce(connection: Connection, moved: Mapping[str, Progress]) -> None:
    """Tell every process how far these models are, once the transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"news": to_json(moved)})


@dataclass(eq=False, frozen=True, slots=True)
class _Waiter:
    model: str
    position: int
    loop: asyncio.AbstractEventLoop
    reached: asyncio.Event

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended, and the waiter with it
            self.loop.call_soon_threadsafe(self.reached.set)


class ReadPositions:
    """Follows the read models' positions in a thread of its own, from `start` to `stop`."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._known: Mapping[str, Progress] = {}
        self._heard_at = float("-inf")
        self._waiters: set[_Waiter] = set()
        self._lock = Lock()
        self._stopped = Flag()
        self._woken = Flag()
        self._thread = Thread(target=self._run, name="read-positions", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; waits for the thread to end."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=10.0)

    def position(self, model: str) -> int:
        """The position that this read model has reached at least."""
        return self._known.get(model, NOT_BEGUN).position

    def last_change(self, model: str) -> int:
        """Moves whenever rows of this read model may have changed."""
        return self._known.get(model, NOT_BEGUN).last_change

    def has_begun(self, model: str) -> bool:
        """Whether a runner has ever entered this read model."""
        return model in self._known

    def is_confirmed(self, within: float) -> bool:
        """Whether the database told the positions at most `within` seconds ago, moved or not."""
        return monotonic() - self._heard_at <= within

    def lag(self, head: int) -> int:
        """How many positions the slowest read model is behind the log's last one, `head`."""
        slowest = min((one.position for one in self._known.values()), default=0)
        return max(0, head - slowest)

    async def wait_for(self, model: str, position: int, within: float = READ_YOUR_WRITES_SECONDS) -> int:
        """Wait until the read model has reached `position`, at most `within` seconds.

        Returns the position it has reached, which is lower when the time was over.
        """
        if self.position(model) < position:
            waiter = _Waiter(model, position, asyncio.get_running_loop(), asyncio.Event())
            with self._lock:
                self._waiters.add(waiter)
            try:
                if self.position(model) < position:  # it may have been reached before anybody saw the waiter
                    async with asyncio.timeout(within):
                        await waiter.reached.wait()
            except TimeoutError:
                pass
            finally:
                with self._lock:
                    self._waiters.discard(waiter)
        return self.position(model)

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            try:
                for news in self._news():
                    self._take(news)
                    failures = 0
            except Exception as error:  # noqa: BLE001 - nobody would start this thread again
                pause = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)]
                failures += 1
                _log.warning(
                    "positions.disconnected",
                    error=type(error).__name__,
                    cause=cause_of(error),
                    seconds=pause,
                )
                self._stopped.wait(pause)

    def _take(self, news: Mapping[str, Progress]) -> None:
        with self._lock:
            self._known = {**self._known, **news}
            self._heard_at = monotonic()
            reached = [one for one in self._waiters if self.position(one.model) >= one.position]
        for waiter in reached:
            waiter.wake()

    def _news(self) -> Iterator[Mapping[str, Progress]]:
        if self._database.is_postgresql:
            return self._notified()
        return self._called()

    def _notified(self) -> Iterator[Mapping[str, Progress]]:
        with closing(self._database.own_connection()) as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            while not self._stopped.is_set():
                # Also after a reconnection: a crash of the server may have taken announced positions back.
                yield self._database.read(progress.load)
                look_again = monotonic() + _LOOK_SECONDS
                while monotonic() < look_again and not self._stopped.is_set():
                    for notification in connection.notifies(timeout=_STOP_SECONDS):
                        yield msgspec.json.decode(notification.payload, type=dict[str, Progress])

    def _called(self) -> Iterator[Mapping[str, Progress]]:
        unsubscribe = self._database.on_commit(self._woken.set)
        try:
            while not self._stopped.is_set():
                yield self._database.read(progress.load)
                self._woken.wait(_LOOK_SECONDS)
                self._woken.clear()
        finally:
            unsubscribe()
