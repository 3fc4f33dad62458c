"""Telling the owner of a mailbox that something awaits, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.events.base import Event
from domain.events.notification import (
    Channel,
    NotificationBounced,
    NotificationCancelled,
    NotificationDelayed,
    NotificationFailed,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
    NotificationSummarised,
)
from domain.ids import notification_id


class Notification(AggregateRoot):
    """One notification: queued once, then sent, cancelled or given up, each outcome recorded once."""

    TOPIC = "notification"

    def __init__(self) -> None:
        self.is_settled = False
        self.is_sent = False
        self.is_cancelled = False
        self.is_bounced = False
        self.is_delayed = False

    @classmethod
    def queue(cls, mailbox_id: UUID, message_id: UUID, kind: NotificationKind, at: datetime) -> Notification:
        """It is due, about one message. The stream's id is derived: queueing it twice meets itself."""
        return cls.of(notification_id(message_id, kind.value), mailbox_id, kind, at, message_id=message_id)

    @classmethod
    def of(
        cls,
        stream: UUID,
        mailbox_id: UUID,
        kind: NotificationKind,
        at: datetime,
        *,
        message_id: UUID | None = None,
    ) -> Notification:
        """It is due, under an id that the caller derived (`summary_id`, `verification_id`)."""
        return cls.begin(
            NotificationQueued,
            stream,
            at,
            mailbox_id=mailbox_id,
            message_id=message_id,
            kind=kind,
            channel=Channel.EMAIL,
        )

    def sent(self, attempts: int, at: datetime, *, told_of: Sequence[UUID] = ()) -> None:
        """The relay took it over. `told_of`: the messages that a summary told of."""
        if self.is_settled:
            return
        self.record(NotificationSent, at, **self._about, attempts=attempts)
        if told_of:
            self.record(NotificationSummarised, at, mailbox_id=self.mailbox_id, message_ids=list(told_of))

    def failed(self, *, permanent: bool, smtp_code: int | None, reason: str, at: datetime) -> None:
        """It was not sent this time, or will never be."""
        if not self.is_settled:
            self.record(
                NotificationFailed, at, **self._about, permanent=permanent, smtp_code=smtp_code, reason=reason
            )

    def cancel(self, reason: str, at: datetime) -> None:
        """There is nothing left to tell."""
        if not self.is_settled:
            self.record(NotificationCancelled, at, **self._about, reason=reason)

    def bounced(self, status: str, at: datetime) -> None:
        """It came back after it was sent; the first report counts. `status`: an enhanced code (RFC 3463)."""
        if not self.is_bounced:
            self.record(NotificationBounced, at, **self._about, status=status)

    def delayed(self, status: str, at: datetime) -> None:
        """A relay further on still tries; the first report counts. `status`: an enhanced code (RFC 3463)."""
        if not (self.is_delayed or self.is_bounced):
            self.record(NotificationDelayed, at, **self._about, status=status)

    @property
    def _about(self) -> dict[str, UUID | None]:
        return {"mailbox_id": self.mailbox_id, "message_id": self.message_id}

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: NotificationQueued) -> None:
        self.mailbox_id, self.message_id, self.kind = event.mailbox_id, event.message_id, event.kind

    @when.register
    def _(self, event: NotificationSent) -> None:
        self.is_settled = self.is_sent = True

    @when.register
    def _(self, event: NotificationFailed) -> None:
        self.is_settled = event.permanent

    @when.register
    def _(self, event: NotificationCancelled) -> None:
        self.is_settled = self.is_cancelled = True

    @when.register
    def _(self, event: NotificationBounced) -> None:
        self.is_bounced = True

    @when.register
    def _(self, event: NotificationDelayed) -> None:
        self.is_delayed = True
