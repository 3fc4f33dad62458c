"""What the event store has of a publication, once it has it: the fact that a promise speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events.message import MessagePublished


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event `message.published` of a publication's first recipient, and its position in the log."""

    message_id: UUID
    event_id: UUID
    position: int
    at: datetime

    @classmethod
    def of(cls, published: MessagePublished, position: int) -> Accepted:
        """Of this event, which is at this position."""
        return cls(published.originator_id, published.event_id, position, published.timestamp)
