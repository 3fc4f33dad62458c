"""Telling the owner of a mailbox that something awaits, and what became of it."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.events.base import Event
from domain.events.notification import (
    Channel,
    NotificationFailed,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
)
from domain.ids import notification_id


class Notification(AggregateRoot):
    """One notification about one message: queued once, then sent or given up, each outcome recorded once."""

    TOPIC = "notification"

    def __init__(self) -> None:
        self.is_settled = False
        self.is_sent = False

    @classmethod
    def queue(cls, mailbox_id: UUID, message_id: UUID, kind: NotificationKind, at: datetime) -> Notification:
        """It is due. The stream's id is derived, so that queueing it twice meets itself."""
        return cls.begin(
            NotificationQueued,
            notification_id(message_id, kind.value),
            at,
            mailbox_id=mailbox_id,
            message_id=message_id,
            kind=kind,
            channel=Channel.EMAIL,
        )

    def sent(self, attempts: int, at: datetime) -> None:
        """The relay took it over."""
        if not self.is_settled:
            self.record(
                NotificationSent,
                at,
                mailbox_id=self.mailbox_id,
                message_id=self.message_id,
                attempts=attempts,
            )

    def failed(self, *, permanent: bool, smtp_code: int | None, reason: str, at: datetime) -> None:
        """It was not sent this time, or will never be."""
        if not self.is_settled:
            self.record(
                NotificationFailed,
                at,
                mailbox_id=self.mailbox_id,
                message_id=self.message_id,
                permanent=permanent,
                smtp_code=smtp_code,
                reason=reason,
            )

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: NotificationQueued) -> None:
        self.mailbox_id, self.message_id = event.mailbox_id, event.message_id

    @when.register
    def _(self, event: NotificationSent) -> None:
        self.is_settled = self.is_sent = True

    @when.register
    def _(self, event: NotificationFailed) -> None:
        self.is_settled = event.permanent
