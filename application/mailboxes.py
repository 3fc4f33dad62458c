"""A mailbox comes into use: its owner activates it, gives an address and says how to be told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from application.parties import Parties, mailbox_of
from domain.clock import Clock
from domain.errors import NotFound
from domain.events.base import Event
from domain.events.mailbox import CreatedBecause, Frequency
from domain.identifiers import Identifier
from domain.mailbox import Mailbox
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.parties import Party
from eventstore.store import EventStore

ATTEMPTS = 3
"""How often a command that met another writer's event reloads and decides again."""

TERMS_VERSION = "2026-1"


class Mailboxes:
    """What owners do with their own mailbox."""

    def __init__(self, *, events: EventStore, parties: Parties, clock: Clock) -> None:
        self._events = events
        self._parties = parties
        self._clock = clock

    async def activate(self, owner: Identifier) -> Party:
        """The owner accepts the terms; the mailbox is on record and active afterwards. May be repeated."""
        party = await self._parties.find_or_create(owner)
        at = self._clock.now()

        def command(mailbox: Mailbox | None) -> Mailbox:
            if mailbox is None:
                mailbox_id = mailbox_of(party)
                mailbox = Mailbox.create(mailbox_id, party.party_id, owner, CreatedBecause.ACTIVATED, at)
            mailbox.activate(TERMS_VERSION, at)
            return mailbox

        await self._change(mailbox_of(party), command)
        await self._parties.mailbox_recorded(party.party_id)
        await self._parties.activated(party.party_id, at)
        return party

    async def confirm_address(self, mailbox_id: UUID, address: str) -> int:
        """The owner's address, given and proved to be theirs."""
        at = self._clock.now()

        def command(mailbox: Mailbox | None) -> Mailbox:
            existing = _required(mailbox)
            existing.enter_email(address, at)
            existing.verify_email(at)
            return existing

        return await self._change(mailbox_id, command)

    async def prefer(self, mailbox_id: UUID, *, language: str, frequency: Frequency) -> int:
        """In which language, and how soon, the owner is told."""
        at = self._clock.now()

        def command(mailbox: Mailbox | None) -> Mailbox:
            existing = _required(mailbox)
            if (existing.language, existing.frequency) != (language, frequency):
                existing.prefer(language=language, frequency=frequency, at=at)
            return existing

        return await self._change(mailbox_id, command)

    async def has_preferences(self, mailbox_id: UUID) -> bool:
        """Whether its owner ever said how to be told."""
        return _required(await self._load(mailbox_id)).language is not None

    async def _change(self, mailbox_id: UUID, command: Callable[[Mailbox | None], Mailbox]) -> int:
        """Load, decide, append; again after another's event. The position reached, 0 if nothing changed."""
        for attempt in range(1, ATTEMPTS + 1):
            facts: list[Event] = command(await self._load(mailbox_id)).new_facts()
            if not facts:
                return 0
            try:
                return await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    async def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._events.get(mailbox_id)
        except AggregateNotFound:
            return None
        if not isinstance(mailbox, Mailbox):
            raise NotFound("no mailbox has this id")
        return mailbox


def _required(mailbox: Mailbox | None) -> Mailbox:
    if mailbox is None:
        raise NotFound("no mailbox has this id")
    return mailbox
