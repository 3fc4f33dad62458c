"""Events of a notification."""

from __future__ import annotations

from typing import Any

from domain.events import Event
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
from tests.contract.stored.common import EVENT, MAILBOX, OTHER, event, first

NOTIFIED: dict[str, Any] = {"mailbox_id": MAILBOX, "message_id": OTHER}

EXPECTED: dict[str, Event] = {
    "notification.queued.v1": first(
        NotificationQueued,
        "notification",
        kind=NotificationKind.NEW_DOCUMENT,
        channel=Channel.EMAIL,
        **NOTIFIED,
    ),
    "notification.sent.v1": event(NotificationSent, attempts=2, **NOTIFIED),
    "notification.failed.v1": event(
        NotificationFailed, permanent=True, smtp_code=550, reason="no such mailbox", **NOTIFIED
    ),
    "notification.summarised.v1": event(
        NotificationSummarised, mailbox_id=MAILBOX, message_ids=[OTHER, EVENT]
    ),
    "notification.cancelled.v1": event(NotificationCancelled, reason="opened", **NOTIFIED),
    "notification.bounced.v1": event(NotificationBounced, status="5.1.1", **NOTIFIED),
    "notification.delayed.v1": event(NotificationDelayed, status="4.4.1", **NOTIFIED),
}
