"""What identity asks of the rest of eBox, and what it is told about clients and people.

`ClientDirectory` and `People` may block (they read a database); they are called from worker threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.actors import AssuranceLevel, AuditScope, DigitalKey


class ClientKind(StrEnum):
    """What sort of client was registered; it decides which grants it may use."""

    PARTNER = "partner"
    SITE = "site"
    AUDITOR = "auditor"
    PUBLIC = "public"
    """A person's own program: it holds no key, and only ever acts for the person who logs in."""


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client as it is registered now.

    `jwks` is its public key set (RFC 7517 §5), empty for a public client. `organisation` is the enterprise
    number a partner publishes for. `site` is the integrating site that a public client belongs to: people who
    use it read through that site. `redirect_uris` are compared character by character. `audit_scope` is the
    most an auditor may ask for. `registration_id` and `registration_version` are the basis of its accesses.
    """

    client_id: str
    kind: ClientKind
    jwks: Mapping[str, object]
    registration_id: UUID
    registration_version: int
    organisation: str | None = None
    site: str | None = None
    redirect_uris: tuple[str, ...] = ()
    audit_scope: tuple[AuditScope, ...] | None = None
    suspended: bool = False


class ClientDirectory(Protocol):
    """The registered partners, sites, auditors and public clients."""

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client of that id, suspended or not; None where there is none."""
        ...


class People(Protocol):
    """The party registry, as far as a login needs it."""

    def find_or_create(self, identifier: str) -> UUID:
        """The random party id of the person with this national or bis number."""
        ...


class Activation(Protocol):
    """Whether a person has taken their mailbox into use, which the first login does."""

    async def is_due(self, party_id: UUID) -> bool:
        """Whether this person is yet to accept the terms."""
        ...

    async def accept_terms(self, party_id: UUID) -> None:
        """They accept the terms as they are now; their mailbox is in use afterwards. May be repeated."""
        ...


@dataclass(frozen=True, slots=True)
class ProvenPerson:
    """Who logs in, and with which digital key that was proved."""

    party_id: UUID
    digital_key: DigitalKey


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone a demo login can be. `key` is what forms carry in place of the number."""

    key: str
    label: str
    identifier: str = field(repr=False)
    digital_keys: tuple[DigitalKey, ...] = (DigitalKey.ITSME, DigitalKey.EID)


ASSURANCE_OF: Mapping[DigitalKey, AssuranceLevel] = {
    DigitalKey.EID: AssuranceLevel.HIGH,
    DigitalKey.ITSME: AssuranceLevel.HIGH,
    DigitalKey.EIDAS: AssuranceLevel.SUBSTANTIAL,
    DigitalKey.TOTP: AssuranceLevel.SUBSTANTIAL,
    DigitalKey.TOKEN: AssuranceLevel.LOW,
    DigitalKey.PASSWORD: AssuranceLevel.LOW,
}
"""How strong each digital key's proof is, at least."""
