"""One claimed delivery, from the claim to its outcome.

    2xx                              → delivered
    410                              → dead at once
    other 4xx                        → due again later, or dead after 24 hours
    redirect, 5xx, 408, 429, no answer, refused address
                                     → the same, and the receiver is left in peace for a while
    our key cannot be had            → given back: the attempt does not count

The row is marked after the answer. Killed in between, the same CloudEvent is posted again after the lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from domain.clock import Clock
from domain.errors import Retryable
from telemetry import meters, spans
from threads import BoundedThreads
from webhooks.backoff import Backoff
from webhooks.circuit import Circuit
from webhooks.cloudevents import CONTENT_TYPE
from webhooks.deliveries import Deliveries
from webhooks.errors import EventRefused, NotDelivered, ReceiverFailing, ReceiverGone
from webhooks.posting import Poster
from webhooks.rows import Claimed
from webhooks.signing import Post, Signer

T = TypeVar("T")

_RECORDING_PAUSES = (0.2, 1.0, 3.0)
_NOT_OUR_DAY = timedelta(seconds=10)
"""How long an event waits when something of our own keeps it from being posted."""

_log = structlog.get_logger(__name__)


class Delivery:
    """Makes deliveries, any number at once. Never raises but for cancellation: one row stops no other."""

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        poster: Poster,
        signer: Signer,
        backoff: Backoff,
        clock: Clock,
        threads: BoundedThreads,
        user_agent: str,
    ) -> None:
        self._deliveries = deliveries
        self._poster = poster
        self._signer = signer
        self._backoff = backoff
        self._clock = clock
        self._threads = threads
        self._user_agent = user_agent

    async def deliver(self, claim: Claimed, circuit: Circuit) -> None:
        """Post and mark. What cannot be marked lapses with its lease and is posted again then."""
        try:
            with spans.work("webhook delivery", id=str(claim.delivery_id), attempts=claim.attempts):
                await self._deliver(claim, circuit)
        except Retryable as error:
            _log.warning(
                "webhook.not_recorded", delivery_id=str(claim.delivery_id), error=type(error).__name__
            )
        except Exception as error:  # noqa: BLE001 - a row that nobody foresaw must not stop the others
            _log.error("webhook.unforeseen", delivery_id=str(claim.delivery_id), error=type(error).__name__)
            with suppress(Retryable):  # or it would be posted at the end of every lease, for ever
                await self._try_later(claim, NotDelivered("something unforeseen went wrong"))

    async def _deliver(self, claim: Claimed, circuit: Circuit) -> None:
        headers = {"Content-Type": CONTENT_TYPE, "User-Agent": self._user_agent}
        post = Post(claim.url, claim.body, headers)
        try:
            await self._threads.run(self._signer.sign, post, self._clock.now())
        except Retryable:
            await self._insist(self._deliveries.release, claim, self._clock.now() + _NOT_OUR_DAY)
            return
        try:
            await self._poster.post(post, self._clock.now())
        except ReceiverGone as failure:
            circuit.answered()
            await self._bury(claim, failure)
        except EventRefused as failure:
            circuit.answered()
            await self._try_later(claim, failure)
        except ReceiverFailing as failure:
            circuit.failed(self._clock.now(), failure.retry_after)
            await self._try_later(claim, failure)
            await self._give_up_late_ones(claim, circuit)
        else:
            circuit.answered()
            _count("delivered")
            await self._insist(self._deliveries.delivered, claim, self._clock.now())

    async def _try_later(self, claim: Claimed, failure: NotDelivered) -> None:
        now = self._clock.now()
        wait = self._backoff.wait_after(claim.attempts, now - claim.first_tried_at, failure.retry_after)
        if wait is None:
            await self._bury(claim, failure)
            return
        _count("failed")
        await self._insist(self._deliveries.retry, claim, now + wait, failure.status, failure.reason)

    async def _bury(self, claim: Claimed, failure: NotDelivered) -> None:
        _count("dead")
        await self._insist(self._deliveries.dead, claim, self._clock.now(), failure.status, failure.reason)
        _log.info(
            "webhook.dead_letter",
            delivery_id=str(claim.delivery_id),
            webhook_id=claim.endpoint.webhook_id,
            reason=failure.reason,
            status=failure.status,
        )

    async def _give_up_late_ones(self, claim: Claimed, circuit: Circuit) -> None:
        """A receiver that fails gets one event at a time: the others end without a turn."""
        now = self._clock.now()
        long_ago = now - self._backoff.give_up_after
        since = circuit.failing_since
        failed_all_the_time = since is not None and since <= long_ago
        given_up = await self._insist(
            self._deliveries.give_up, claim.endpoint, now, long_ago, long_ago if failed_all_the_time else None
        )
        if given_up:
            meters.WEBHOOK_ATTEMPTS.labels("dead").inc(given_up)
            _log.info("webhook.given_up", webhook_id=claim.endpoint.webhook_id, count=given_up)

    async def _insist(self, step: Callable[..., T], *args: Any) -> T:
        """Mark, through a short absence of the database: what was taken is not to be posted again."""
        for pause in _RECORDING_PAUSES:
            try:
                return await self._threads.run(step, *args)
            except Retryable:
                await asyncio.sleep(pause)
        return await self._threads.run(step, *args)


def _count(outcome: str) -> None:
    meters.WEBHOOK_ATTEMPTS.labels(outcome).inc()
