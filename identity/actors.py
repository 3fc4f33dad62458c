"""From a believed token to the actor that the decision function judges.

A token holds no national number. The actor's own party, and under whose key its actions are recorded, come
from the party registry; suspensions and registrations from the reference data, which is a second old at
most.
"""

from __future__ import annotations

from uuid import UUID

from application.parties import Parties
from application.reference import Reference, ReferenceData
from domain.actors import Actor, ActorKind
from domain.identifiers import ClientIdentifier, EnterpriseNumber, Identifier
from eventstore.cache import BoundedCache
from identity.access_tokens import AccessToken
from identity.errors import TokenRefused

REMEMBERED = 10_000
REMEMBER_SECONDS = 60.0


class Actors:
    """Makes actors."""

    def __init__(self, parties: Parties, reference: Reference) -> None:
        self._parties = parties
        self._reference = reference
        self._known: BoundedCache[str, tuple[UUID, str]] = BoundedCache(REMEMBERED)

    async def of(self, token: AccessToken, request_id: UUID) -> Actor:
        """Whoever the token speaks for. Raises `TokenRefused` where its party or registration is gone."""
        await self._require_own_place(token)
        party_id, identity = await self._party(token)
        reference = await self._reference.current()
        registration_id, version, suspended = _registration(token, reference)
        return Actor(
            kind=token.actor_kind,
            party_id=party_id,
            identity=identity,
            registration_id=registration_id,
            registration_version=version,
            token_sha256=token.token_sha256,
            request_id=request_id,
            organisation=token.organisation,
            site=token.site,
            digital_key=token.digital_key,
            assurance_level=token.assurance_level,
            audit_scope=token.audit_scope,
            is_suspended=suspended,
            mailbox_id=token.mailbox_id,
            document_events=_document_events(token, reference),
        )

    async def _party(self, token: AccessToken) -> tuple[UUID, str]:
        known = self._known.get(token.token_sha256, None)
        if known is None:
            known = await self._look_up(token)
            self._known.put(token.token_sha256, known, REMEMBER_SECONDS)
        return known

    async def _require_own_place(self, token: AccessToken) -> None:
        """A person whose mailbox was merged into another one logs in again, and is that one's owner then.

        So does one who was erased, and is somebody else then.
        """
        party = None if token.party_id is None else await self._parties.by_id(token.party_id)
        if party is not None and party.is_erased:
            raise TokenRefused("the person is not on record")
        if party is not None and party.merged_into is not None:
            raise TokenRefused("the person's mailbox was merged into another one")

    async def _look_up(self, token: AccessToken) -> tuple[UUID, str]:
        if token.party_id is not None:
            identifier = await self._parties.identifier_of(token.party_id)
            if identifier is None:
                raise TokenRefused("the person is not on record")
            return token.party_id, identifier.number
        own: Identifier = ClientIdentifier(token.client_id)
        identity = token.client_id
        if token.organisation is not None:
            own = EnterpriseNumber(token.organisation)
            identity = f"{token.organisation} {token.client_id}"
        party = await self._parties.find_or_create(own)
        return party.party_id, identity


def _registration(token: AccessToken, reference: ReferenceData) -> tuple[UUID | None, int, bool]:
    """The registration behind the token: its id, its version, and whether it is suspended."""
    client = reference.clients.get(token.client_id)
    site = reference.sites.get(token.site) if token.site else None
    if token.party_id is not None:
        return None, 0, site is None or site.is_suspended
    if client is None:
        return None, 0, True
    return client.registration_id, client.version, client.is_suspended


def _document_events(token: AccessToken, reference: ReferenceData) -> frozenset[str]:
    """The kinds of mailboxes whose document events the site that calls for itself may read."""
    site = reference.sites.get(token.client_id) if token.actor_kind is ActorKind.SITE else None
    return frozenset() if site is None else site.document_events
