"""The reference data's tables: few rows, read all at once and kept in each process's memory.

Logos' bytes alone stay in the database: they are asked for one by one.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary, Named, Table, TypedColumns

from projections.columns import METADATA, Json


class RegistrationColumns(TypedColumns):
    """A partner organisation, a site or an auditor: one row for each stream.

    `kind` is a `ClientKind`; `enterprise_number` is an organisation's; `version` is that of the stream.
    `presentation` is without logos. `declared_suspended` and `ordered_suspended` are the reasons of the two
    suspensions, `suspended_clients` those of single clients.
    """

    registration_id: Named[UUID] = Column(primary_key=True)
    kind: Named[str]
    enterprise_number: Named[str | None]
    name: Named[Any] = Column(Json, nullable=False)
    long_name: Named[Any] = Column(Json, nullable=False)
    presentation: Named[Any] = Column(Json, nullable=False)
    webhooks: Named[Any] = Column(Json, nullable=False)
    document_events: Named[Any] = Column(Json, nullable=False)
    declared_suspended: Named[str | None]
    ordered_suspended: Named[str | None]
    suspended_clients: Named[Any] = Column(Json, nullable=False)
    version: Named[int]
    position: Named[int] = Column(BigInteger)


class ClientColumns(TypedColumns):
    """An OAuth client of a registration."""

    client_id: Named[str] = Column(primary_key=True)
    registration_id: Named[UUID] = Column(index=True)
    public_keys: Named[Any] = Column(Json, nullable=False)
    redirect_uris: Named[Any] = Column(Json, nullable=False)
    grants: Named[Any] = Column(Json, nullable=False)


class ApplicationColumns(TypedColumns):
    """A sender application."""

    application_id: Named[str] = Column(primary_key=True)
    registration_id: Named[UUID]
    name: Named[Any] = Column(Json, nullable=False)
    description: Named[Any] = Column(Json, nullable=False)
    presentation: Named[Any] = Column(Json, nullable=False)
    message_types: Named[Any | None] = Column(Json, nullable=True)


class MessageTypeColumns(TypedColumns):
    """A message type."""

    message_type_id: Named[str] = Column(primary_key=True)
    registration_id: Named[UUID]
    name: Named[Any] = Column(Json, nullable=False)
    description: Named[Any] = Column(Json, nullable=False)
    validity: Named[Any] = Column(Json, nullable=False)
    recipients: Named[Any] = Column(Json, nullable=False)
    senders: Named[Any] = Column(Json, nullable=False)
    discreet: Named[bool]
    business_data: Named[Any] = Column(Json, nullable=False)
    deceased: Named[str]
    applications: Named[Any | None] = Column(Json, nullable=True)


class LogoColumns(TypedColumns):
    """A logo of an organisation (`owner` is its number) or an application (its id); `place` orders them."""

    owner_kind: Named[str] = Column(primary_key=True)
    owner: Named[str] = Column(primary_key=True)
    logo_id: Named[str] = Column(primary_key=True)
    place: Named[int]
    media_type: Named[str]
    language: Named[str | None]
    size: Named[int]
    sha256: Named[str]
    content: Named[bytes] = Column(LargeBinary, nullable=False)


class EnterpriseColumns(TypedColumns):
    """How a receiving enterprise's mailbox is divided."""

    enterprise_number: Named[str] = Column(primary_key=True)
    partitions: Named[Any] = Column(Json, nullable=False)
    routing: Named[Any] = Column(Json, nullable=False)


REGISTRATIONS: Final = Table("registrations", METADATA, RegistrationColumns)
CLIENTS: Final = Table("clients", METADATA, ClientColumns)
APPLICATIONS: Final = Table("sender_applications", METADATA, ApplicationColumns)
MESSAGE_TYPES: Final = Table("message_types", METADATA, MessageTypeColumns)
LOGOS: Final = Table("logos", METADATA, LogoColumns)
ENTERPRISES: Final = Table("enterprises", METADATA, EnterpriseColumns)
