"""From a session of the portal to the actor that the decision function judges.

The portal is an integrating site like any other, but for being in our own process: it has no client, and
calls the use cases instead of the API, so that every look is recorded under its name.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from application.parties import Parties
from domain.actors import Actor, ActorKind
from eventstore.cache import BoundedCache
from identity.sessions import Session

PORTAL: Final = "ebox-portal"
"""The portal's name among the sites, in access records."""

_REMEMBERED: Final = 10_000
_REMEMBER_SECONDS: Final = 60.0


class Visitors:
    """Makes actors of people who are logged in to the portal."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties
        self._numbers: BoundedCache[str, str] = BoundedCache(_REMEMBERED)

    async def actor_of(self, session: Session, request_id: UUID) -> Actor | None:
        """Whoever the session is of; None once they have been erased, or their mailbox was merged into
        another one: then they log in again. Raises `Busy`, `Unavailable`.
        """
        party = await self._parties.by_id(session.party_id)
        if party is None or party.merged_into is not None or party.is_erased:
            return None
        number = self._numbers.get(session.sha256, None)
        if number is None:
            identifier = await self._parties.identifier_of(session.party_id)
            if identifier is None:
                return None
            number = identifier.number
            self._numbers.put(session.sha256, number, _REMEMBER_SECONDS)
        return Actor(
            kind=ActorKind.CITIZEN if session.mailbox_id is None else ActorKind.EMPLOYEE,
            party_id=session.party_id,
            identity=number,
            registration_id=None,
            registration_version=0,
            token_sha256=session.sha256,
            request_id=request_id,
            site=PORTAL,
            digital_key=session.digital_key,
            assurance_level=session.assurance_level,
            mailbox_id=session.mailbox_id,
        )
