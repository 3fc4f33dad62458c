"""One claimed notification, from the claim to its recorded outcome.

    settled in the log already  → mark the row (the process before us was killed in between)
    nothing to tell any more    → notification.cancelled → row cancelled
    the owner's quiet hours     → row given back until their end
    cannot be composed, 5xx     → notification.failed, permanent → row failed
    4xx, lost connection        → notification.failed, temporary → row due again later, or given up
    relay unavailable           → nothing about this mail: row given back, everybody pauses
    250 after DATA              → notification.sent → row sent

The event is appended before the row is marked. Killed before the event, the mail is sent again after the
lease, with the same Message-ID; killed after it, the row is only marked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog

from domain.clock import Clock
from domain.errors import Retryable
from notifier.composer import Composed, Composer
from notifier.errors import (
    NothingToTell,
    PermanentFailure,
    RelayUnavailable,
    SendingError,
    TemporaryFailure,
    TooEarly,
)
from notifier.outbox import Outbox
from notifier.outcomes import Outcomes
from notifier.pause import RelayPause
from notifier.retry import RetryPolicy
from notifier.rows import Claimed
from notifier.smtp import SmtpPool
from notifier.statuses import DEAD
from telemetry import meters, spans

_RECORDING_PAUSES = (0.2, 1.0, 3.0)
_NOT_OUR_DAY = timedelta(seconds=10)
"""How long a mail waits when something of our own, not the relay, keeps it from being tried."""

_log = structlog.get_logger(__name__)


class Bounces(Protocol):
    """What follows for an address that does not take mail."""

    async def hard_bounce(self, mailbox_id: UUID, status: str, entered_version: int) -> None:
        """Reject the address that was entered by that event, if it still is the one that counts."""
        ...


class Delivery:
    """Delivers claims, any number at once. Never raises but for cancellation: one bad row stops no other."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        outcomes: Outcomes,
        composer: Composer,
        pool: SmtpPool,
        bounces: Bounces,
        pause: RelayPause,
        retry: RetryPolicy,
        clock: Clock,
        threads: Executor,
        send_seconds: float,
    ) -> None:
        self._outbox = outbox
        self._outcomes = outcomes
        self._composer = composer
        self._pool = pool
        self._bounces = bounces
        self._pause = pause
        self._retry = retry
        self._clock = clock
        self._threads = threads
        self._send_seconds = send_seconds

    async def deliver(self, claim: Claimed) -> None:
        """Send and record. What cannot be recorded lapses with its lease and is tried again then."""
        try:
            with spans.work("notification delivery", id=str(claim.notification_id), attempts=claim.attempts):
                await self._deliver(claim)
        except Exception as error:  # noqa: BLE001 - a row that nobody foresaw must not stop the others
            _log.warning(
                "notification.not_recorded",
                notification_id=str(claim.notification_id),
                attempts=claim.attempts,
                error=type(error).__name__,
            )
            if claim.attempts > self._retry.attempts:
                await self._abandon(claim)

    async def give_back(self, *claims: Claimed, until: datetime | None = None) -> None:
        """They were not tried: they are due again, now or then, and the attempt does not count."""
        try:
            await self._in_thread(self._outbox.release, claims, until or self._clock.now())
        except Retryable as error:  # then it lapses with its lease, which is later, and counts
            _log.warning("outbox.unavailable", error=type(error).__name__)

    async def _deliver(self, claim: Claimed) -> None:
        try:
            if claim.attempts > 1 and await self._was_settled(claim):
                return
            composed = await self._compose(claim)
        except NothingToTell as nothing:
            await self._cancel(claim, nothing.reason)
        except TooEarly as early:
            await self.give_back(claim, until=early.until)
        except PermanentFailure as failure:
            await self._fail(claim, failure)
        except Retryable:
            await self.give_back(claim, until=self._clock.now() + _NOT_OUR_DAY)
        else:
            await self._send(claim, composed)

    async def _send(self, claim: Claimed, composed: Composed) -> None:
        try:
            async with asyncio.timeout(self._send_seconds):
                await self._pool.send(composed.mail)
        except RelayUnavailable as failure:
            await self._wait(claim, failure)
        except PermanentFailure as failure:
            self._pause.answered()
            await self._refused(claim, failure, composed)
        except TemporaryFailure as failure:
            await self._try_later(claim, failure)
        except TimeoutError:
            await self._try_later(claim, TemporaryFailure("no answer in time"))
        else:
            self._pause.answered()
            _count("sent")
            await self._insist(
                lambda: self._outcomes.sent(claim.notification_id, claim.attempts, composed.told_of)
            )
            await self._insist(lambda: self._in_thread(self._outbox.sent, claim, self._clock.now()))

    async def _compose(self, claim: Claimed) -> Composed:
        if claim.attempts > self._retry.attempts:
            raise PermanentFailure("given up: no attempt had an outcome")
        return await self._composer.compose(claim)

    async def _was_settled(self, claim: Claimed) -> bool:
        """Whether an earlier attempt's outcome is in the log already; then the row only has to say so."""
        notification = await self._outcomes.load(claim.notification_id)
        if not notification.is_settled:
            return False
        now = self._clock.now()
        if notification.is_sent:
            await self._in_thread(self._outbox.sent, claim, now)
        elif notification.is_cancelled:
            await self._in_thread(self._outbox.cancelled, claim, now)
        else:
            await self._in_thread(self._outbox.failed, claim, now, None)
        return True

    async def _abandon(self, claim: Claimed) -> None:
        """Not even giving up can be recorded: the row must not come back for ever."""
        try:
            await self._in_thread(self._outbox.failed, claim, self._clock.now(), None)
        except Retryable as error:
            _log.warning("outbox.unavailable", error=type(error).__name__)

    async def _wait(self, claim: Claimed, failure: RelayUnavailable) -> None:
        self._pause.unavailable(self._clock.now())
        _count("relay_unavailable")
        _log.warning("relay.unavailable", reason=failure.reason, smtp_code=failure.smtp_code)
        await self.give_back(claim)

    async def _try_later(self, claim: Claimed, failure: TemporaryFailure) -> None:
        if failure.smtp_code is not None:
            self._pause.answered()
        now = self._clock.now()
        wait = self._retry.wait_after(claim.attempts, now - claim.queued_at)
        if wait is None:
            await self._fail(claim, PermanentFailure(f"given up: {failure.reason}", failure.smtp_code))
            return
        _count("temporary_failure")
        await self._insist(lambda: self._outcomes.failed(claim.notification_id, failure, permanent=False))
        await self._insist(lambda: self._in_thread(self._outbox.retry, claim, now + wait, failure.smtp_code))

    async def _cancel(self, claim: Claimed, reason: str) -> None:
        await self._insist(lambda: self._outcomes.cancelled(claim.notification_id, reason))
        await self._insist(lambda: self._in_thread(self._outbox.cancelled, claim, self._clock.now()))

    async def _refused(self, claim: Claimed, failure: PermanentFailure, composed: Composed) -> None:
        """The relay will not take it. Only in so many words that is the address's fault."""
        status = failure.status
        if status is not None and status in DEAD:
            # Before the row is settled: killed in between, the mail is refused once more.
            address = (composed.mailbox_id, status, composed.entered_version)
            await self._insist(lambda: self._bounces.hard_bounce(*address))
        await self._fail(claim, failure)

    async def _fail(self, claim: Claimed, failure: SendingError) -> None:
        _count("failed")
        await self._insist(lambda: self._outcomes.failed(claim.notification_id, failure, permanent=True))
        now = self._clock.now()
        await self._insist(lambda: self._in_thread(self._outbox.failed, claim, now, failure.smtp_code))
        _log.info(
            "notification.failed",
            notification_id=str(claim.notification_id),
            reason=failure.reason,
            smtp_code=failure.smtp_code,
        )

    async def _insist(self, step: Callable[[], Awaitable[object]]) -> None:
        """Record, through a short absence of the database: a mail that was sent is not to be sent twice."""
        for pause in _RECORDING_PAUSES:
            try:
                await step()
            except Retryable:
                await asyncio.sleep(pause)
            else:
                return
        await step()

    async def _in_thread(self, work: Callable[..., Any], *args: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def _count(outcome: str) -> None:
    meters.NOTIFICATION_ATTEMPTS.labels(outcome).inc()
