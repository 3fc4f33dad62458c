"""What became of telling the owner of a mailbox that something awaits."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.events.base import Event, FirstEvent, recorded_as


class NotificationKind(StrEnum):
    """What the owner is told."""

    NEW_DOCUMENT = "new_document"
    DAILY_SUMMARY = "daily_summary"
    REMINDER = "reminder"
    EXPIRY_WARNING = "expiry_warning"
    RECALL = "recall"
    EMAIL_VERIFICATION = "email_verification"


class Channel(StrEnum):
    """How the owner is told."""

    EMAIL = "email"


@recorded_as("notification.queued")
class NotificationQueued(FirstEvent):
    """It is due and will be sent. `message_id` is None where it is about no single message."""

    mailbox_id: UUID
    message_id: UUID | None
    kind: NotificationKind
    channel: Channel


@recorded_as("notification.sent")
class NotificationSent(Event):
    """The relay took it over (250 after DATA)."""

    mailbox_id: UUID
    message_id: UUID | None
    attempts: int


@recorded_as("notification.failed")
class NotificationFailed(Event):
    """It was not sent. `permanent`: nothing more is tried. `smtp_code`: the relay's, None without one."""

    mailbox_id: UUID
    message_id: UUID | None
    permanent: bool
    smtp_code: int | None
    reason: str


@recorded_as("notification.summarised")
class NotificationSummarised(Event):
    """The summary that was sent told of these messages."""

    mailbox_id: UUID
    message_ids: list[UUID]


@recorded_as("notification.cancelled")
class NotificationCancelled(Event):
    """Nothing is sent any more: there is nothing left to tell. `reason` in a word, such as `opened`."""

    mailbox_id: UUID
    message_id: UUID | None
    reason: str


@recorded_as("notification.bounced")
class NotificationBounced(Event):
    """After the relay had taken it over it came back. `status`: the enhanced code (RFC 3463), `5.1.1`."""

    mailbox_id: UUID
    message_id: UUID | None
    status: str


@recorded_as("notification.delayed")
class NotificationDelayed(Event):
    """A relay further on reports that it still tries. `status`: the enhanced code (RFC 3463), `4.4.1`."""

    mailbox_id: UUID
    message_id: UUID | None
    status: str
