"""Reference data: who may publish what, which sites there are, which clients act for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Connection, RowMapping, Table, select

from domain.events import reference as facts
from domain.reference import MessageType, Organisation, SenderApplication, Site
from projections.model import ReadModel
from projections.reference_fold import fold
from projections.reference_tables import APPLICATIONS, CLIENTS, MESSAGE_TYPES, REGISTRATIONS

ClientKind = Literal["partner", "site", "auditor"]

MODEL: Final = ReadModel(
    name="reference",
    tables=(REGISTRATIONS, CLIENTS, APPLICATIONS, MESSAGE_TYPES),
    handles=frozenset(
        {
            facts.SenderRegistered,
            facts.SenderChanged,
            facts.SenderSuspended,
            facts.ApplicationRegistered,
            facts.ApplicationChanged,
            facts.MessageTypeRegistered,
            facts.MessageTypeChanged,
            facts.SiteRegistered,
            facts.SiteChanged,
            facts.SiteSuspended,
            facts.AuditorRegistered,
            facts.AuditorChanged,
            facts.AuditorSuspended,
        }
    ),
    fold=fold,
)


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client as its registration has it now. `keys` are public (RFC 7517 JWK objects).

    `organisation` is a partner's enterprise number; `grants` is what an auditor may ask a scope for.
    """

    client_id: str
    kind: ClientKind
    keys: list[dict[str, Any]]
    redirect_uris: list[str]
    organisation: str | None
    registration_id: UUID
    version: int
    is_suspended: bool
    grants: list[facts.AuditGrant]


@dataclass(frozen=True, slots=True)
class ReferenceSnapshot:
    """All reference data at one moment, each by its id: an organisation's is its enterprise number."""

    organisations: dict[str, Organisation]
    applications: dict[str, SenderApplication]
    message_types: dict[str, MessageType]
    sites: dict[str, Site]
    clients: dict[str, Client]


def snapshot(connection: Connection) -> ReferenceSnapshot:
    """All reference data.

    A process may keep it until `ReadPositions.last_change` of this model moves on.
    """
    # Each statement sees its own moment. Registrations are never removed, so that, read last, they have
    # whatever the other rows refer to.
    tables = (CLIENTS, APPLICATIONS, MESSAGE_TYPES, REGISTRATIONS)
    client_rows, application_rows, type_rows, registration_rows = (_rows(connection, one) for one in tables)
    registrations = {row["registration_id"]: row for row in registration_rows}
    clients = [_client(row, registrations[row["registration_id"]]) for row in client_rows]
    return ReferenceSnapshot(
        organisations={
            row["enterprise_number"]: _organisation(row)
            for row in registrations.values()
            if row["kind"] == "partner"
        },
        applications={
            row["application_id"]: _application(row, registrations[row["registration_id"]])
            for row in application_rows
        },
        message_types={
            row["message_type_id"]: _message_type(row, registrations[row["registration_id"]])
            for row in type_rows
        },
        sites={
            client.client_id: Site(
                client.client_id, registrations[client.registration_id]["name"], client.is_suspended
            )
            for client in clients
            if client.kind == "site"
        },
        clients={client.client_id: client for client in clients},
    )


def _rows(connection: Connection, table: Table) -> list[RowMapping]:
    return list(connection.execute(select(table)).mappings())


def _organisation(row: RowMapping) -> Organisation:
    return Organisation(
        enterprise_number=row["enterprise_number"],
        name=row["name"],
        registration_id=row["registration_id"],
        version=row["version"],
        is_suspended=row["is_suspended"],
    )


def _client(row: RowMapping, registration: RowMapping) -> Client:
    return Client(
        client_id=row["client_id"],
        kind=registration["kind"],
        keys=row["public_keys"],
        redirect_uris=row["redirect_uris"],
        organisation=registration["enterprise_number"],
        registration_id=registration["registration_id"],
        version=registration["version"],
        is_suspended=registration["is_suspended"],
        grants=msgspec.convert(row["grants"], list[facts.AuditGrant]),
    )


def _application(row: RowMapping, registration: RowMapping) -> SenderApplication:
    return SenderApplication(
        application_id=row["application_id"],
        organisation=registration["enterprise_number"],
        name=row["name"],
        description=row["description"],
    )


def _message_type(row: RowMapping, registration: RowMapping) -> MessageType:
    return MessageType(
        message_type_id=row["message_type_id"],
        owner=registration["enterprise_number"],
        name=row["name"],
        description=row["description"],
        validity=msgspec.convert(row["validity"], facts.Validity),
        recipients=frozenset(row["recipients"]),
        senders=frozenset(row["senders"]),
        discreet=row["discreet"],
    )
