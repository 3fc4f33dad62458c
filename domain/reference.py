"""Reference data as decisions need them: which organisation, application, message type and site there is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.events.reference import AuditGrant, ClientRecord, Validity


@dataclass(frozen=True, slots=True)
class Organisation:
    """A partner organisation as registered; `version` is its stream's, for the record."""

    enterprise_number: str
    name: dict[str, str]
    registration_id: UUID
    version: int
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class SenderApplication:
    """One of an organisation's applications."""

    application_id: str
    organisation: str
    name: dict[str, str]
    description: dict[str, str]


@dataclass(frozen=True, slots=True)
class MessageType:
    """A business category: who may use it (`senders`), whom it may go to (`recipients`), for how long."""

    message_type_id: str
    owner: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: frozenset[str]
    senders: frozenset[str]
    discreet: bool


@dataclass(frozen=True, slots=True)
class Site:
    """An integrating site."""

    client_id: str
    name: dict[str, str]
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class OrganisationDeclaration:
    """What an operator declares of a partner organisation."""

    enterprise_number: str
    name: dict[str, str]
    clients: list[ClientRecord]
    applications: list[ApplicationDeclaration]
    message_types: list[MessageTypeDeclaration]
    suspended: str | None = None


@dataclass(frozen=True, slots=True)
class ApplicationDeclaration:
    """What an operator declares of an application."""

    application_id: str
    name: dict[str, str]
    description: dict[str, str]


@dataclass(frozen=True, slots=True)
class MessageTypeDeclaration:
    """What an operator declares of a message type."""

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool


@dataclass(frozen=True, slots=True)
class SiteDeclaration:
    """What an operator declares of an integrating site; `suspended` is the reason why it is."""

    name: dict[str, str]
    client: ClientRecord
    suspended: str | None = None


@dataclass(frozen=True, slots=True)
class AuditorDeclaration:
    """What an operator declares of an auditor."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]
    suspended: str | None = None
