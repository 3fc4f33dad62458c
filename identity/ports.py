"""What identity asks of the rest of eBox, and what it is told about clients and people.

`ClientDirectory`, `ApprovedScopes`, `People` and `Enterprises` may block (they read a database); they are
called from worker threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    most an auditor may ask other auditors for. `registration_id` and `registration_version` are the basis of
    its accesses.
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


class ApprovedScopes(Protocol):
    """What other auditors let an auditor look at. Blocks."""

    def covering(self, client: RegisteredClient, asked: AuditScope, at: datetime) -> UUID | None:
        """The approved scope of this client that covers what is asked, None where none does at that moment.

        Where `asked` names one by its id, that one or none.
        """
        ...


class People(Protocol):
    """The party registry, as far as a login needs it."""

    def find(self, identifier: str) -> UUID | None:
        """The party of the person with this number; None where nobody has asked for it yet."""
        ...

    def find_or_create(self, identifier: str) -> UUID:
        """The random party id of the person with this national or bis number."""
        ...


class OfferedEnterprise(Protocol):
    """An enterprise whose mailbox a person may read."""

    @property
    def mailbox_id(self) -> UUID:
        """Its mailbox."""
        ...

    @property
    def number(self) -> str:
        """Its enterprise number."""
        ...

    @property
    def name(self) -> Mapping[str, str]:
        """What it is called, by language; empty where nobody has told."""
        ...


class Enterprises(Protocol):
    """Who is what in which enterprise, as far as a login needs it. Blocks."""

    def offered(self, party_id: UUID) -> Sequence[OfferedEnterprise]:
        """The enterprises whose mailboxes this person may read."""
        ...


@dataclass(frozen=True, slots=True)
class ProvenPerson:
    """Who logs in, and with which digital key that was proved.

    `mailbox_id`: the enterprise's mailbox that they act in, None for their own.
    """

    party_id: UUID
    digital_key: DigitalKey
    mailbox_id: UUID | None = None


class Activation(Protocol):
    """Whether the mailbox that a person logs in to is in use, which the first login does."""

    async def is_due(self, person: ProvenPerson) -> bool:
        """Whether this person is yet to accept the terms.

        Raises `NotActivated` where somebody else has to, who manages the enterprise.
        """
        ...

    async def accept_terms(self, person: ProvenPerson) -> None:
        """They accept the terms as they are now; the mailbox is in use afterwards. May be repeated."""
        ...


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
