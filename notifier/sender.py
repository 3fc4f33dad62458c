"""Claims what is due and has it delivered, a bounded number at once, for as long as it runs.

Any number of processes may do this at the same time. More is claimed than is being sent, so that the next
mail is at hand when a connection comes free and one transaction claims several; but never for longer than the
lease lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import Retryable
from notifier.composer import Composer
from notifier.delivery import Bounces, Delivery
from notifier.outbox import Outbox
from notifier.outcomes import Outcomes
from notifier.pause import RelayPause
from notifier.retry import RetryPolicy
from notifier.rows import Claimed
from notifier.smtp import SmtpPool

T = TypeVar("T")

_TIDY_EVERY = timedelta(minutes=10)
_TIDY_ROWS = 10_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """How much at once, and for how long.

    `connections`: mails being sent at the same time. `send_seconds`: for one mail, connecting included.
    `lease`: after which a claim lapses, several times that. `poll_seconds`: how soon a mail is found that
    another process put into the outbox. `keep_settled`: how long a row stays once its story is complete in
    the log. `finish_seconds`: what a sender that stops grants the mails in hand, less than a process is given
    to end; what is not through by then stays leased and is sent later.
    """

    connections: int = 8
    send_seconds: float = 60.0
    lease: timedelta = timedelta(minutes=5)
    poll_seconds: float = 1.0
    keep_settled: timedelta = timedelta(days=7)
    finish_seconds: float = 10.0


class Sender:
    """The sending half of the notifier. One event loop runs it; any thread may wake or stop it."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        outcomes: Outcomes,
        composer: Composer,
        pool: SmtpPool,
        bounces: Bounces,
        clock: Clock,
        retry: RetryPolicy | None = None,
        pause: RelayPause | None = None,
        limits: SenderLimits | None = None,
    ) -> None:
        self._outbox = outbox
        self._pool = pool
        self._clock = clock
        self._pause = pause or RelayPause()
        self._limits = limits or SenderLimits()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="outbox")
        self._delivery = Delivery(
            outbox=outbox,
            outcomes=outcomes,
            composer=composer,
            pool=pool,
            bounces=bounces,
            pause=self._pause,
            retry=retry or RetryPolicy(),
            clock=clock,
            threads=self._threads,
            send_seconds=self._limits.send_seconds,
        )
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._turn = asyncio.Semaphore(self._limits.connections)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[UUID, Claimed] = {}
        self._tidied_at: datetime | None = None

    @property
    def is_pausing(self) -> bool:
        """The relay did not serve us when it was last tried: mails wait. For health checks."""
        return self._pause.is_doubtful

    async def run(self) -> None:
        """Send until stopped; then finish what is being sent, give back the rest and hang up."""
        self._loop = asyncio.get_running_loop()
        try:
            while not self._is_stopping:
                self._changed.clear()
                room = self._room()
                claims = await self._claim(room) if room else []
                for claim in claims:
                    self._start(claim)
                if not claims or len(claims) < room:
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

    def _room(self) -> int:
        """How many to claim now: in batches, one alone where the relay is in doubt, none during a pause."""
        if self._pause.left(self._clock.now()):
            return 0
        if self._pause.is_doubtful:
            return 0 if self._tasks else 1
        free = 2 * self._limits.connections - len(self._tasks)
        return free if free >= self._limits.connections else 0

    async def _claim(self, room: int) -> list[Claimed]:
        try:
            now = self._clock.now()
            if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
                self._tidied_at = now
                await self._in_thread(
                    lambda: self._outbox.remove_settled(now - self._limits.keep_settled, _TIDY_ROWS)
                )
            return await self._in_thread(lambda: self._outbox.claim(room, now, self._limits.lease))
        except Retryable as error:
            _log.warning("outbox.unavailable", error=type(error).__name__, cause=cause_of(error))
            return []

    def _start(self, claim: Claimed) -> None:
        self._waiting[claim.notification_id] = claim
        task = asyncio.create_task(self._take_turn(claim))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()

    async def _take_turn(self, claim: Claimed) -> None:
        async with self._turn:
            now = self._clock.now()
            if self._waiting.pop(claim.notification_id, None) is None:
                return  # given back meanwhile
            if self._pause.left(now):
                await self._delivery.give_back(claim)
            elif claim.claimed_until - now >= timedelta(seconds=self._limits.send_seconds):
                await self._delivery.deliver(claim)
            # else it waited too long for its turn: somebody else may claim it before we were through

    async def _wait(self) -> None:
        pause = self._pause.left(self._clock.now()).total_seconds()
        try:
            async with asyncio.timeout(max(pause, self._limits.poll_seconds)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _finish(self) -> None:
        self._is_stopping = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.finish_seconds):
                waiting, self._waiting = self._waiting, {}
                await self._delivery.give_back(*waiting.values())
                if self._tasks:
                    await asyncio.wait(self._tasks)
        late = list(self._tasks)
        if late:
            _log.warning("sender.gave_up_waiting", mails=len(late), seconds=self._limits.finish_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._pool.close()
        self._threads.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
