"""What others keep of a person beside the log, as an erasure removes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID


class Traces(Protocol):
    """Kept by one part of eBox in a database of its own. Every method blocks, may be repeated, and raises
    `domain.errors.Unavailable`.
    """

    def forget_owner(self, parties: Sequence[UUID], mailboxes: Sequence[UUID]) -> None:
        """Remove what is about these people and their mailboxes."""
        ...

    def forget_events(self, events: Sequence[UUID]) -> None:
        """Remove what is about these events (by their `event_id`) of messages in those mailboxes."""
        ...

    def scrub(self) -> None:
        """Let the database give up what was removed."""
        ...
