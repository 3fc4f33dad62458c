"""The first login takes a mailbox into use: whoever has accepted the terms has an active one.

A person's own mailbox is theirs to take into use, an enterprise's that of those who manage it.
"""

from __future__ import annotations

from application.enterprises import Enterprises
from application.mailboxes import Mailboxes
from application.parties import Parties
from domain.errors import NotActivated, NotFound
from eventstore.parties import Party
from identity.ports import ProvenPerson


class FirstLogin:
    """Implements `identity.ports.Activation`. Every method raises `Busy`, `Unavailable`, `NotActivated`."""

    def __init__(self, mailboxes: Mailboxes, parties: Parties, enterprises: Enterprises) -> None:
        self._mailboxes = mailboxes
        self._parties = parties
        self._enterprises = enterprises

    async def is_due(self, person: ProvenPerson) -> bool:
        """Whether this person is yet to accept the terms."""
        party = await self._owner(person)
        if party is not None and party.is_activated:
            return False
        await self._require_manager(person)
        return True

    async def accept_terms(self, person: ProvenPerson) -> None:
        """They accept the terms as they are now. Raises `NotFound` where the owner has been erased."""
        await self._require_manager(person)
        party = await self._owner(person)
        owner = None if party is None else await self._parties.identifier_of(party.party_id)
        if owner is None:
            raise NotFound("the owner is not on record")
        await self._mailboxes.activate(owner)

    async def _owner(self, person: ProvenPerson) -> Party | None:
        if person.mailbox_id is None:
            return await self._parties.by_id(person.party_id)
        return await self._parties.by_mailbox(person.mailbox_id)

    async def _require_manager(self, person: ProvenPerson) -> None:
        if person.mailbox_id is None:
            return
        held = await self._enterprises.roles(person.party_id, person.mailbox_id)
        if not any(one.manages for one in held):
            raise NotActivated("who manages the enterprise has to accept the terms first")
