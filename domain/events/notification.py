"""What became of telling the owner of a mailbox that something awaits."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.events.base import Event, FirstEvent, recorded_as


class NotificationKind(StrEnum):
    """What the owner is told."""

    NEW_DOCUMENT = "new_document"


class Channel(StrEnum):
    """How the owner is told."""

    EMAIL = "email"


@recorded_as("notification.queued")
class NotificationQueued(FirstEvent):
    """It is due and will be sent."""

    mailbox_id: UUID
    message_id: UUID
    kind: NotificationKind
    channel: Channel


@recorded_as("notification.sent")
class NotificationSent(Event):
    """The relay took it over (250 after DATA)."""

    mailbox_id: UUID
    message_id: UUID
    attempts: int


@recorded_as("notification.failed")
class NotificationFailed(Event):
    """It was not sent. `permanent`: nothing more is tried. `smtp_code`: the relay's, None without one."""

    mailbox_id: UUID
    message_id: UUID
    permanent: bool
    smtp_code: int | None
    reason: str
