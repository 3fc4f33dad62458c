"""The first login takes a mailbox into use: whoever has accepted the terms has an active one."""

from __future__ import annotations

from uuid import UUID

from application.mailboxes import Mailboxes
from application.parties import Parties
from domain.errors import NotFound


class FirstLogin:
    """Implements `identity.ports.Activation`. Every method raises `Busy`, `Unavailable`."""

    def __init__(self, mailboxes: Mailboxes, parties: Parties) -> None:
        self._mailboxes = mailboxes
        self._parties = parties

    async def is_due(self, party_id: UUID) -> bool:
        """Whether this person is yet to accept the terms."""
        party = await self._parties.by_id(party_id)
        return party is None or not party.is_activated

    async def accept_terms(self, party_id: UUID) -> None:
        """They accept the terms as they are now. Raises `NotFound` where they have been erased."""
        owner = await self._parties.identifier_of(party_id)
        if owner is None:
            raise NotFound("the person is not on record")
        await self._mailboxes.activate(owner)
