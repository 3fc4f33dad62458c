"""Claims what is due and has it delivered, so many at once for each receiver, for as long as it runs.

Any number of processes may do this at the same time. Each receiver has a few places of its own, so that a
slow one holds up nobody else; one that fails is left in peace for a while, then tried with one event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import Retryable
from threads import BoundedThreads
from webhooks.backoff import Backoff
from webhooks.circuit import Circuit
from webhooks.deliveries import Deliveries
from webhooks.delivery import Delivery
from webhooks.endpoints import EndpointKey
from webhooks.posting import Poster
from webhooks.rows import Claimed
from webhooks.signing import Signer

_TIDY_EVERY = timedelta(minutes=10)
_TIDY_AGAIN = timedelta(seconds=5)
"""While there is more to remove than one round removes: what is settled faster would pile up."""
_GATHER_SECONDS = 0.01
"""Posts that end together are followed by one claim of several, not by one each."""
_THREADS = 4
_WAITING = 1_024
_THREAD_SECONDS = 15.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """How much at once, and for how long.

    `at_once` posts in all, `for_one` receiver. `lease`: after which a claim lapses, several times what a post
    may take. `poll_seconds`: how soon is found what another process filled. `keep_delivered`, `keep_dead`:
    how long rows stay, of which `tidy_rows` of a kind are removed at once. `finish_seconds`: what a sender
    that stops grants the posts in hand.
    """

    at_once: int = 64
    for_one: int = 8
    lease: timedelta = timedelta(minutes=2)
    poll_seconds: float = 1.0
    keep_delivered: timedelta = timedelta(days=1)
    keep_dead: timedelta = timedelta(days=30)
    tidy_rows: int = 10_000
    finish_seconds: float = 10.0


class Sender:
    """The sending half. One event loop runs it; any thread may wake or stop it."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        poster: Poster,
        signer: Signer,
        clock: Clock,
        backoff: Backoff | None = None,
        limits: SenderLimits | None = None,
        user_agent: str = "eBox",
    ) -> None:
        self._deliveries = deliveries
        self._poster = poster
        self._clock = clock
        self._limits = limits or SenderLimits()
        self._threads = BoundedThreads(
            "webhook deliveries", _THREADS, waiting=_WAITING, seconds=_THREAD_SECONDS
        )
        self._delivery = Delivery(
            deliveries=deliveries,
            poster=poster,
            signer=signer,
            backoff=backoff or Backoff(),
            clock=clock,
            threads=self._threads,
            user_agent=user_agent,
        )
        self._circuits: dict[EndpointKey, Circuit] = {}
        self._under_way: Counter[EndpointKey] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._tidy_at: datetime | None = None

    async def run(self) -> None:
        """Send until stopped; then finish what is being sent."""
        self._loop = asyncio.get_running_loop()
        try:
            while not self._is_stopping:
                self._changed.clear()
                room = self._limits.at_once - len(self._tasks)
                for claim in await self._claim(room) if room > 0 else ():
                    self._start(claim)
                await self._wait()
        finally:
            await self._finish()

    def wake(self) -> None:
        """Something is due: look now. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)

    def stop(self) -> None:
        """Let `run` return. From any thread."""
        self._is_stopping = True
        self.wake()

    async def _claim(self, room: int) -> list[Claimed]:
        limits, now = self._limits, self._clock.now()
        rooms = {
            key: circuit.room(now, self._under_way[key], limits.for_one)
            for key, circuit in self._circuits.items()
        }
        try:
            await self._tidy(now)
            return await self._threads.run(
                self._deliveries.claim, rooms, limits.for_one, room, now, limits.lease
            )
        except Retryable as error:
            _log.warning("webhook_deliveries.unavailable", error=type(error).__name__, cause=cause_of(error))
            return []

    async def _tidy(self, now: datetime) -> None:
        if self._tidy_at is not None and now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_EVERY
        limits = self._limits
        removed = await self._threads.run(
            self._deliveries.remove_settled,
            now - limits.keep_delivered,
            now - limits.keep_dead,
            limits.tidy_rows,
        )
        if removed >= limits.tidy_rows:
            self._tidy_at = now + _TIDY_AGAIN

    def _start(self, claim: Claimed) -> None:
        circuit = self._circuits.setdefault(claim.endpoint, Circuit())
        self._under_way[claim.endpoint] += 1
        task = asyncio.create_task(self._delivery.deliver(claim, circuit))
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, claim.endpoint))

    def _ended(self, task: asyncio.Task[None], endpoint: EndpointKey) -> None:
        self._tasks.discard(task)
        self._under_way[endpoint] -= 1
        self._changed.set()

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.poll_seconds):
                await self._changed.wait()
                await asyncio.sleep(_GATHER_SECONDS)

    async def _finish(self) -> None:
        self._is_stopping = True
        late = set(self._tasks)
        if late:
            _, late = await asyncio.wait(late, timeout=self._limits.finish_seconds)
        if late:
            _log.warning("webhook_sender.gave_up_waiting", posts=len(late))
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._poster.close()
        self._threads.close()
