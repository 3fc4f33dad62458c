"""Records as events what became of a notification, each outcome once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol
from uuid import UUID

from domain.clock import Clock
from domain.errors import Conflict
from domain.events import Event
from domain.notification import Notification
from notifier.errors import SendingError
from notifier.reports import Fate, Report

_ATTEMPTS = 3


class EventLog(Protocol):
    """What of the event store is needed to record."""

    async def get(self, stream_id: UUID) -> Any:
        """The aggregate as its events made it; raises `domain.errors.NotFound`."""
        ...

    async def append(self, *events: Event) -> int:
        """Commit; raises `domain.errors.Conflict` where another event has that place in its stream."""
        ...


class Outcomes:
    """The notifications' streams. A second outcome of a settled notification changes nothing."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def load(self, notification_id: UUID) -> Notification:
        """The notification as it stands."""
        notification = await self._log.get(notification_id)
        if not isinstance(notification, Notification):
            raise TypeError(f"stream {notification_id} is not a notification")
        return notification

    async def sent(self, notification_id: UUID, attempts: int, told_of: Sequence[UUID] = ()) -> None:
        """The relay took it over at that attempt. `told_of`: the messages that a summary told of."""
        at = self._clock.now()
        await self._record(
            notification_id, lambda notification: notification.sent(attempts, at, told_of=told_of)
        )

    async def cancelled(self, notification_id: UUID, reason: str) -> None:
        """There is nothing left to tell."""
        at = self._clock.now()
        await self._record(notification_id, lambda notification: notification.cancel(reason, at))

    async def returned(self, notification_id: UUID, report: Report) -> Notification:
        """After it was sent, a report about it came; returns the notification. Raises `NotFound`."""
        at = self._clock.now()
        if report.fate is Fate.FAILED:
            return await self._record(notification_id, lambda one: one.bounced(report.status, at))
        return await self._record(notification_id, lambda one: one.delayed(report.status, at))

    async def failed(self, notification_id: UUID, failure: SendingError, *, permanent: bool) -> None:
        """It was not sent this time; with `permanent` nothing more is tried."""
        at = self._clock.now()
        await self._record(
            notification_id,
            lambda notification: notification.failed(
                permanent=permanent, smtp_code=failure.smtp_code, reason=failure.reason, at=at
            ),
        )

    async def _record(self, notification_id: UUID, decide: Callable[[Notification], None]) -> Notification:
        attempt = 0
        while True:
            attempt += 1
            notification = await self.load(notification_id)
            decide(notification)
            facts = notification.new_facts()
            if not facts:
                return notification
            try:
                await self._log.append(*facts)
            except Conflict:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return notification
