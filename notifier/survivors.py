"""Whose mailbox it is now: one that was merged into another has that one's owner, address and wishes."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.mailbox import Mailbox

_LONGEST: Final = 100
"""How many merges are followed at most: each was decided by an operator."""


class Survivor:
    """Follows merges from one mailbox to the next, whichever way those are loaded.

    `next_id` is the mailbox to load; None once the one that was taken last goes on itself.
    """

    def __init__(self, mailbox_id: UUID) -> None:
        self.next_id: UUID | None = mailbox_id
        self.mailbox: Mailbox | None = None
        self._followed = 0

    def take(self, mailbox: Mailbox | None) -> None:
        """What was loaded; None where there is no such mailbox."""
        self._followed += 1
        if self._followed > _LONGEST:
            raise ValueError("these merges lead nowhere")
        self.mailbox = mailbox
        self.next_id = mailbox.merged_into if mailbox is not None else None
