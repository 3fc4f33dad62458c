"""What an operator declares of partners, sites, auditors and enterprises."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain.events.auditor import AuditGrant
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.reference import BusinessDataRule, ClientRecord, Presentation, Validity, WebhookRecord
from domain.roles import EnterpriseRole


@dataclass(frozen=True, slots=True)
class OrganisationDeclaration:
    """A partner organisation. `suspended`: why it is to be, if it is."""

    enterprise_number: str
    name: dict[str, str]
    clients: list[ClientRecord]
    applications: list[ApplicationDeclaration]
    message_types: list[MessageTypeDeclaration]
    suspended: str | None = None
    long_name: dict[str, str] = field(default_factory=dict)
    presentation: Presentation = field(default_factory=Presentation)
    webhooks: list[WebhookRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ApplicationDeclaration:
    """An application. `message_types`: the only ones that it may publish; None for any."""

    application_id: str
    name: dict[str, str]
    description: dict[str, str]
    presentation: Presentation = field(default_factory=Presentation)
    message_types: list[str] | None = None


@dataclass(frozen=True, slots=True)
class MessageTypeDeclaration:
    """A message type; `domain.events.reference.MessageTypeRegistered` says what the fields mean."""

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool
    business_data: list[BusinessDataRule] = field(default_factory=list)
    deceased: str = "refuse"
    applications: list[str] | None = None


@dataclass(frozen=True, slots=True)
class SiteDeclaration:
    """An integrating site; `suspended` is the reason why it is to be."""

    name: dict[str, str]
    client: ClientRecord
    suspended: str | None = None
    webhooks: list[WebhookRecord] = field(default_factory=list)
    document_events: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AuditorDeclaration:
    """An auditor."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]
    suspended: str | None = None


@dataclass(frozen=True, slots=True)
class RoleDeclaration:
    """A person's role in an enterprise, for these partitions alone (None: all of it)."""

    person_party: UUID
    role: EnterpriseRole
    partitions: list[str] | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseDeclaration:
    """An enterprise that receives; `mailbox_id` is its mailbox's."""

    enterprise_number: str
    mailbox_id: UUID
    partitions: list[PartitionRecord]
    routing: list[RoutingRule]
    people: list[RoleDeclaration]
