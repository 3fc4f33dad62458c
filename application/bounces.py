"""A mail came back for good: its address is not used any more, and the owner is asked for another one."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from domain.clock import Clock
from domain.errors import NotFound
from domain.mailbox import Mailbox
from eventstore.errors import VersionConflict
from eventstore.store import EventStore

ATTEMPTS: Final = 3

_STATUS: Final = re.compile(r"[245](?:\.[0-9]{1,3}){2}", re.ASCII)
_UNKNOWN: Final = "5.0.0"


class Bounces:
    """What follows for the profile."""

    def __init__(self, *, events: EventStore, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    async def hard_bounce(self, mailbox_id: UUID, status: str, entered_version: int) -> None:
        """Reject the address that a notification came back from.

        `status` is the enhanced code of the report (RFC 3463), such as `5.1.1`; it is recorded as the reason,
        and anything else as `5.0.0`: what a report says may be personal. `entered_version` is the version, in
        the mailbox's stream, of the event that entered the address that was used: one that was entered since,
        be it the same one again, stays. Raises `Busy`, `Unavailable`, `VersionConflict`.
        """
        reason = status if _STATUS.fullmatch(status) else _UNKNOWN
        for attempt in range(1, ATTEMPTS + 1):
            mailbox = await self._load(mailbox_id)
            if mailbox is None or mailbox.entered_version != entered_version:
                return
            mailbox.reject_email(reason, self._clock.now())
            facts = mailbox.new_facts()
            if not facts:
                return
            try:
                await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._events.get(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None
