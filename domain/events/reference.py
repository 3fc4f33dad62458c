"""Reference data: who may publish what, which sites integrate the mailbox, which auditors are registered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.events.base import Event, FirstEvent, recorded_as


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """An OAuth client: its id, its public keys (RFC 7517 JWK objects) and where it may be redirected to."""

    client_id: str
    keys: list[dict[str, Any]]
    redirect_uris: list[str]


@dataclass(frozen=True, slots=True)
class AuditGrant:
    """What an auditor may ask a scope for. `subjects` are mailbox ids, or `*` alone for every mailbox."""

    case: str
    purpose: str
    subjects: list[str]
    start: datetime | None
    end: datetime | None


@recorded_as("sender.registered")
class SenderRegistered(FirstEvent):
    """A partner organisation may publish, through these clients."""

    enterprise_number: str
    name: dict[str, str]
    clients: list[ClientRecord]


@recorded_as("sender.changed")
class SenderChanged(Event):
    """Its name or clients are these from now on."""

    name: dict[str, str]
    clients: list[ClientRecord]


@recorded_as("sender.suspended")
class SenderSuspended(Event):
    """It may not publish any more."""

    reason: str


@recorded_as("sender.application_registered")
class ApplicationRegistered(Event):
    """One of its applications."""

    application_id: str
    name: dict[str, str]
    description: dict[str, str]


@recorded_as("sender.application_changed")
class ApplicationChanged(Event):
    """The application is described like this from now on."""

    application_id: str
    name: dict[str, str]
    description: dict[str, str]


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a message of a type stays: whole years and days from its publication."""

    years: int
    days: int


@recorded_as("sender.message_type_registered")
class MessageTypeRegistered(Event):
    """A business category: who may use it, whom it may go to (`citizen`, `enterprise`), for how long."""

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool


@recorded_as("sender.message_type_changed")
class MessageTypeChanged(Event):
    """The message type is this from now on."""

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool


@recorded_as("site.registered")
class SiteRegistered(FirstEvent):
    """A portal through which people read their mailboxes."""

    name: dict[str, str]
    client: ClientRecord


@recorded_as("site.changed")
class SiteChanged(Event):
    """The site is this from now on."""

    name: dict[str, str]
    client: ClientRecord


@recorded_as("site.suspended")
class SiteSuspended(Event):
    """Nobody reads through it any more."""

    reason: str


@recorded_as("auditor.registered")
class AuditorRegistered(FirstEvent):
    """An auditor's client and what it may ask a scope for."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]


@recorded_as("auditor.changed")
class AuditorChanged(Event):
    """The auditor's registration is this from now on."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]


@recorded_as("auditor.suspended")
class AuditorSuspended(Event):
    """The auditor may not look any more."""

    reason: str
