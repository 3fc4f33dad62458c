"""The party registry for use cases: the same look-ups, without blocking the event loop."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from domain.identifiers import Identifier
from eventstore.keys import KeyRing
from eventstore.parties import Party, PartyRegistry
from threads import BoundedThreads


class Parties:
    """Who has which mailbox. Every method raises `Busy` and `Unavailable`.

    What the registry has in memory is answered without a thread: handing work over costs more than the look.
    """

    def __init__(self, registry: PartyRegistry, keys: KeyRing, threads: BoundedThreads) -> None:
        self._registry = registry
        self._keys = keys
        self._threads = threads

    async def find(self, identifier: Identifier) -> Party | None:
        """The party with this number, if it is on record."""
        known = self._registry.known(identifier)
        return known or await self._threads.run(self._registry.find, identifier)

    async def find_or_create(self, identifier: Identifier) -> Party:
        """The party with this number, put on record (committed) if it was not."""
        return await self._threads.run(self._registry.find_or_create, identifier)

    async def find_many(self, identifiers: Collection[Identifier]) -> dict[Identifier, Party]:
        """Those of these numbers that have a party on record."""
        known = {one: party for one in identifiers if (party := self._registry.known(one)) is not None}
        if len(known) == len(set(identifiers)):
            return known
        return await self._threads.run(self._registry.find_many, identifiers)

    async def find_or_create_many(self, identifiers: Collection[Identifier]) -> dict[Identifier, Party]:
        """`find_or_create` for each of these."""
        return await self._threads.run(self._registry.find_or_create_many, identifiers)

    async def by_id(self, party_id: UUID) -> Party | None:
        """The party of this id."""
        known = self._registry.known_by_id(party_id)
        return known or await self._threads.run(self._registry.by_id, party_id)

    async def by_mailbox(self, mailbox_id: UUID) -> Party | None:
        """The party that owns this mailbox."""
        return await self._threads.run(self._registry.by_mailbox, mailbox_id)

    async def identifier_of(self, party_id: UUID) -> Identifier | None:
        """The party's number; None once it has been erased."""
        return await self._threads.run(self._registry.identifier_of, party_id)

    async def fingerprint(self, party_id: UUID, data: bytes) -> str:
        """An HMAC of `data` under the party's key, as hex. Raises `KeyMissing` for an erased party."""
        key = self._keys.in_memory(party_id)
        if key is not None:
            return key.fingerprint(data)
        return await self._threads.run(self._keys.fingerprint, party_id, data)

    async def mailbox_recorded(self, *party_ids: UUID) -> None:
        """Their `mailbox.created` is committed, so that nobody need append it again."""
        await self._threads.run(self._registry.mark_mailbox_recorded, *party_ids)

    async def activated(self, party_id: UUID, at: datetime) -> None:
        """Its mailbox was activated."""
        await self._threads.run(self._registry.mark_activated, party_id, at)


def mailbox_of(party: Party) -> UUID:
    """The mailbox of a person or enterprise. Only a registered client has none, and nobody asks for it."""
    if party.mailbox_id is None:
        raise TypeError("a registered client has no mailbox")
    return party.mailbox_id
