"""A number is replaced by another one, or two mailboxes turn out to be one person's or enterprise's.

Both may be broken off anywhere: the same again finishes what was begun. Of a replaced number the registry has
the row before the log has the event, as with every number. A merge goes in this order: the numbers lead to
the party that goes on → every process has forgotten that one of them ever led elsewhere → the event is
appended → the registry notes that it is. So whatever is still published into the old mailbox is in the log
before the event that hands its messages over.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.parties import Parties, mailbox_of
from application.progress import Progress
from domain.clock import Clock
from domain.errors import Conflict, InvalidInput, Issue, NotFound
from domain.events.mailbox import CreatedBecause
from domain.identifiers import Identifier, IdentifierScheme
from domain.mailbox import Mailbox
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.parties import CACHE_SECONDS, Party
from eventstore.replacements import Merged, Replacements
from eventstore.store import APPEND_SECONDS, EventStore
from threads import BoundedThreads

ATTEMPTS: Final = 3
"""How often a step that met another writer's event reloads and decides again."""

SETTLING_SECONDS: Final = CACHE_SECONDS + APPEND_SECONDS + 10.0
"""How long a process may go on believing where a number leads, and append what it had begun."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a number leads to; None for what is not there."""

    party_id: UUID | None = None
    mailbox_id: UUID | None = None
    is_recorded: bool = False
    is_activated: bool = False


class Replacing:
    """The use case of an operator. Every method raises `Busy`, `Unavailable`."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        replacements: Replacements,
        threads: BoundedThreads,
        clock: Clock,
        settling_seconds: float = SETTLING_SECONDS,
    ) -> None:
        self._events = events
        self._parties = parties
        self._replacements = replacements
        self._threads = threads
        self._clock = clock
        self._settling_seconds = settling_seconds

    async def holder(self, number: Identifier) -> Holder:
        """Whom the number leads to, for an operator who is about to decide."""
        party = await self._parties.find(number)
        if party is None:
            return Holder()
        return Holder(party.party_id, party.mailbox_id, party.mailbox_recorded, party.is_activated)

    async def replace(self, old: Identifier, new: Identifier) -> None:
        """From now on the new number leads to the party too, and is its number.

        Raises `NotFound` where nobody is on record with the old one, `Conflict` where the new one has a
        mailbox of its own, `InvalidInput`, `Gone` for an erased party.
        """
        _require_a_pair(old, new)
        party = await self._required(old, "old")
        other = await self._parties.find(new)
        if other is not None and other.party_id != party.party_id:
            raise Conflict("the new number has a mailbox of its own: merge the two (`ebox parties merge`)")
        await self._threads.run(self._replacements.replace, party.party_id, new, self._clock.now())
        await self._record_number(mailbox_of(party), new)

    async def merge(self, old: Identifier, new: Identifier, progress: Progress) -> None:
        """The mailbox of the new number takes the place of the old number's, with all that is in it.

        Raises `NotFound` where either number is on nobody's record, `Conflict` where one of the two was
        merged otherwise, `InvalidInput`, `Gone` for an erased party.
        """
        _require_a_pair(old, new)
        one, survivor = await self._required(old, "old"), await self._required(new, "new")
        if one.party_id != survivor.party_id:
            at = self._clock.now()
            await self._threads.run(self._replacements.merge, one.party_id, survivor.party_id, at)
        unfinished = await self._threads.run(self._replacements.unfinished, survivor.party_id)
        if unfinished:
            await self._settle(progress)
        for merged in unfinished:
            await self._finish(merged)

    async def _required(self, number: Identifier, which: str) -> Party:
        party = await self._parties.find(number)
        if party is None:
            raise NotFound(f"nobody is on record with the {which} number")
        return party

    async def _record_number(self, mailbox_id: UUID, new: Identifier) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            mailbox = await self._load(mailbox_id)
            if mailbox is None:
                return  # nothing is on record of it: it will begin with a number that leads there
            mailbox.replace_identifier(new, self._clock.now())
            facts = mailbox.new_facts()
            try:
                if facts:
                    await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def _settle(self, progress: Progress) -> None:
        progress.begin("until every process has heard of it", round(self._settling_seconds))
        begun = asyncio.get_running_loop().time()
        told = 0
        while (passed := asyncio.get_running_loop().time() - begun) < self._settling_seconds:
            progress.advance(int(passed) - told)
            told = int(passed)
            await asyncio.sleep(min(1.0, self._settling_seconds - passed))

    async def _finish(self, merged: Merged) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            mailbox = await self._load(merged.mailbox_id)
            if mailbox is None or mailbox.is_merged:
                break
            try:
                await self._record_merge(mailbox, merged)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                break
        await self._note_what_is_on_record(merged)
        await self._threads.run(self._replacements.recorded, merged.party_id, self._clock.now())

    async def _record_merge(self, mailbox: Mailbox, merged: Merged) -> None:
        """In one commit: what the survivor takes over, and that it takes the other's place."""
        at = self._clock.now()
        survivor = await self._load(merged.into_mailbox)
        if survivor is None:
            owner = await self._parties.identifier_of(merged.into_party)
            if owner is None:
                raise NotFound("the party that goes on is not on record")
            because = CreatedBecause.ACTIVATED if mailbox.activated_at else CreatedBecause.PUBLISHED_TO
            survivor = Mailbox.create(merged.into_mailbox, merged.into_party, owner, because, at)
        mailbox.merge_into(survivor, at)
        await self._events.append(*survivor.new_facts(), *mailbox.new_facts())

    async def _note_what_is_on_record(self, merged: Merged) -> None:
        """Of the survivor, in the registry: a merge that was broken off here may have left it to us."""
        survivor = await self._load(merged.into_mailbox)
        if survivor is not None:
            await self._parties.mailbox_recorded(merged.into_party)
            if survivor.activated_at is not None:
                await self._parties.activated(merged.into_party, survivor.activated_at)

    async def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._events.get(mailbox_id)
        except AggregateNotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None


def _require_a_pair(old: Identifier, new: Identifier) -> None:
    if IdentifierScheme.CLIENT in {old.scheme, new.scheme} or old.scheme is not new.scheme:
        raise InvalidInput(Issue("new number", "otherRegister", "both numbers are of the same register"))
    if old == new:
        raise InvalidInput(Issue("new number", "sameNumber", "this is the old number again"))
