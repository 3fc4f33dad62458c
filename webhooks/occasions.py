"""Which events of the log receivers are told of."""

from __future__ import annotations

from typing import Final

from domain.events import Event
from domain.events.message import (
    ExpiryAnnounced,
    MessageOpened,
    MessagePublished,
    MessageReleased,
    MessageWithdrawn,
    ReminderDue,
)
from webhooks.endpoints import DocumentEvent

TOPICS: Final = {
    MessagePublished.TOPIC: DocumentEvent.NEW_DOCUMENT,
    MessageReleased.TOPIC: DocumentEvent.NEW_DOCUMENT,
    ReminderDue.TOPIC: DocumentEvent.REMINDER,
    ExpiryAnnounced.TOPIC: DocumentEvent.EXPIRY_ALERT,
    MessageOpened.TOPIC: DocumentEvent.READ,
}

TAKEN_BACK: Final = MessageWithdrawn.TOPIC
"""Nobody is told of it, and from then on of nothing before it: the message is as if it had never been."""


def occasion_of(event: Event) -> DocumentEvent | None:
    """What the event tells; None for a message that is out of sight until its time."""
    if isinstance(event, MessagePublished) and event.visible_from > event.timestamp:
        return None
    return TOPICS.get(event.TOPIC)
