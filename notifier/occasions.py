"""Which events call for telling somebody, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.events import Event
from domain.events.message import (
    ExpiryAnnounced,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    ReminderDue,
)
from domain.events.notification import NotificationKind, NotificationQueued

TOPICS: Final = frozenset(
    event.TOPIC
    for event in (
        MessagePublished,
        MessageReleased,
        ReminderDue,
        ExpiryAnnounced,
        MessageRecalled,
        NotificationQueued,
    )
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that the owner of a mailbox may have to be told, since `at`.

    `subject_id` is the message that it is about; of a verification, which the application has queued itself,
    the notification.
    """

    mailbox_id: UUID
    subject_id: UUID
    kind: NotificationKind
    at: datetime


def occasion_of(event: Event) -> Occasion | None:
    """What the event calls for, if anything. A message out of sight calls for nothing until its time."""
    match event:
        case MessagePublished() if event.visible_from <= event.timestamp:
            kind = NotificationKind.NEW_DOCUMENT
        case MessageReleased():
            kind = NotificationKind.NEW_DOCUMENT
        case ReminderDue():
            kind = NotificationKind.REMINDER
        case ExpiryAnnounced():
            kind = NotificationKind.EXPIRY_WARNING
        case MessageRecalled():
            kind = NotificationKind.RECALL
        case NotificationQueued(kind=NotificationKind.EMAIL_VERIFICATION):
            kind = NotificationKind.EMAIL_VERIFICATION
        case _:
            return None
    return Occasion(event.mailbox_id, event.originator_id, kind, event.timestamp)
