"""What the Federation asks of a provider: who wants eBox alone, and who provides messages here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from application.parties import Parties
from application.preferences import PreferenceChanges
from application.profile import Profiles
from domain.access import Access
from domain.actors import Actor
from domain.clock import BRUSSELS, Clock
from domain.decisions import Deny, Operation, decide
from domain.errors import NotAllowed
from domain.events.access import What
from domain.identifiers import Identifier
from eventstore.store import EventStore
from projections import profile
from projections.database import ReadDatabase

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Provider:
    """Who we are to the Federation; `contact` is an address for technical questions.

    `is_production`: not somewhere to try things out.
    """

    id: str
    name: str
    contact: str
    is_production: bool


class Federation:
    """The use cases of the Federation's central services."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        profiles: Profiles,
        database: ReadDatabase,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._profiles = profiles
        self._database = database
        self._clock = clock

    async def wants_ebox_alone(self, actor: Actor, owners: Sequence[Identifier]) -> list[bool]:
        """Whether each of these owners chose to get nothing on paper any more; on record at each mailbox.

        Whoever never had a mailbox never chose that.
        """
        at = self._clock.now()
        decision = decide(actor, None, Operation.SEARCH_PREFERENCES, None, None, at)
        if isinstance(decision, Deny):
            raise NotAllowed(decision.reason)
        mailboxes: list[UUID | None] = []
        for start in range(0, len(owners), AT_ONCE):
            some = owners[start : start + AT_ONCE]
            mailboxes += await asyncio.gather(*(self._mailbox(one) for one in some))
        known = {one for one in mailboxes if one is not None}
        chosen = await self._database.run(profile.exclusively_ebox, known) if known else set()
        accesses = [Access.of(one, What.PREFERENCES, actor, decision.basis, at) for one in known]
        if accesses:
            await self._events.append(*(fact for access in accesses for fact in access.new_facts()))
        return [one in chosen for one in mailboxes]

    async def choose_ebox_alone(self, actor: Actor, owner: Identifier, chosen: bool) -> None:
        """The owner chooses, through a site. Raises `NotAllowed`, `NotActivated`.

        Whether somebody has a mailbox at all is not for others to find out.
        """
        mailbox = await self._mailbox(owner)
        if mailbox is None:
            raise NotAllowed("not the owner")
        changes = PreferenceChanges(exclusively_ebox=chosen)
        await self._profiles.change_preferences(actor, changes, mailbox=mailbox)

    async def active_since(self) -> date:
        """The day of the first event there is."""
        found = await self._events.at_positions([1])
        first = found[0][1].timestamp if found else self._clock.now()
        return first.astimezone(BRUSSELS).date()

    async def _mailbox(self, owner: Identifier) -> UUID | None:
        party = await self._parties.find(owner)
        return party.mailbox_id if party else None
