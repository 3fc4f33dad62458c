"""The reference data's tables: few rows, read all at once and kept in each process's memory."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Named, Table, TypedColumns

from projections.columns import METADATA, Json


class RegistrationColumns(TypedColumns):
    """A partner organisation, a site or an auditor: one row for each stream.

    `kind` is a `ClientKind`; `enterprise_number` is an organisation's; `version` is that of the stream.
    """

    registration_id: Named[UUID] = Column(primary_key=True)
    kind: Named[str]
    enterprise_number: Named[str | None]
    name: Named[Any] = Column(Json, nullable=False)
    is_suspended: Named[bool]
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


REGISTRATIONS: Final = Table("registrations", METADATA, RegistrationColumns)
CLIENTS: Final = Table("clients", METADATA, ClientColumns)
APPLICATIONS: Final = Table("sender_applications", METADATA, ApplicationColumns)
MESSAGE_TYPES: Final = Table("message_types", METADATA, MessageTypeColumns)
