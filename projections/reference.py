"""Reference data: who may publish what, which sites there are, which clients act for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, select

from domain.events import auditor, enterprise, site
from domain.events import reference as facts
from domain.reference import LogoFacts, MessageType, Organisation, SenderApplication, Site, Webhook
from domain.routing import Enterprise
from projections import reference_rows as made
from projections.model import ReadModel
from projections.reference_fold import APPLICATION, ORGANISATION, fold
from projections.reference_rows import Client, ClientKind
from projections.reference_tables import (
    APPLICATIONS,
    CLIENTS,
    ENTERPRISES,
    LOGOS,
    MESSAGE_TYPES,
    REGISTRATIONS,
)

__all__ = [
    "APPLICATION",
    "MODEL",
    "ORGANISATION",
    "Client",
    "ClientKind",
    "ReferenceSnapshot",
    "logo",
    "snapshot",
]

MODEL: Final = ReadModel(
    name="reference",
    tables=(REGISTRATIONS, CLIENTS, APPLICATIONS, MESSAGE_TYPES, LOGOS, ENTERPRISES),
    handles=frozenset(
        {
            facts.SenderRegistered,
            facts.SenderChanged,
            facts.SenderSuspended,
            facts.SenderResumed,
            facts.ClientSuspended,
            facts.ClientResumed,
            facts.ApplicationRegistered,
            facts.ApplicationChanged,
            facts.MessageTypeRegistered,
            facts.MessageTypeChanged,
            site.SiteRegistered,
            site.SiteChanged,
            site.SiteSuspended,
            site.SiteResumed,
            auditor.AuditorRegistered,
            auditor.AuditorChanged,
            auditor.AuditorSuspended,
            auditor.AuditorResumed,
            enterprise.EnterpriseRegistered,
            enterprise.EnterpriseChanged,
        }
    ),
    fold=fold,
)


@dataclass(frozen=True, slots=True)
class ReferenceSnapshot:
    """All reference data at one moment, each by its id: an organisation's is its enterprise number.

    `enterprises` are those that receive and say how, by enterprise number.
    """

    organisations: dict[str, Organisation]
    applications: dict[str, SenderApplication]
    message_types: dict[str, MessageType]
    sites: dict[str, Site]
    clients: dict[str, Client]
    webhooks: list[Webhook] = field(default_factory=list)
    enterprises: dict[str, Enterprise] = field(default_factory=dict)


def snapshot(connection: Connection) -> ReferenceSnapshot:
    """All reference data.

    A process may keep it until `ReadPositions.last_change` of this model moves on.
    """
    # Each statement sees its own moment. Registrations are never removed, so that, read last, they have
    # whatever the other rows refer to.
    tables = (CLIENTS, APPLICATIONS, MESSAGE_TYPES, ENTERPRISES)
    client_rows, application_rows, type_rows, enterprise_rows = (_rows(connection, one) for one in tables)
    logos = _logos(connection)
    registrations = {row["registration_id"]: row for row in _rows(connection, REGISTRATIONS)}
    clients = [made.client(row, registrations[row["registration_id"]]) for row in client_rows]
    sites = {one.registration_id: one.client_id for one in clients if one.kind == "site"}
    return ReferenceSnapshot(
        organisations={
            row["enterprise_number"]: made.organisation(row, logos[ORGANISATION])
            for row in registrations.values()
            if row["kind"] == "partner"
        },
        applications={
            row["application_id"]: made.application(
                row, registrations[row["registration_id"]], logos[APPLICATION]
            )
            for row in application_rows
        },
        message_types={
            row["message_type_id"]: made.message_type(row, registrations[row["registration_id"]])
            for row in type_rows
        },
        sites={
            client_id: _site(client_id, registrations[registration_id])
            for registration_id, client_id in sites.items()
        },
        clients={client.client_id: client for client in clients},
        webhooks=_webhooks(registrations, sites),
        enterprises={row["enterprise_number"]: made.enterprise(row) for row in enterprise_rows},
    )


def logo(connection: Connection, owner_kind: str, owner: str, logo_id: str) -> tuple[LogoFacts, bytes] | None:
    """A logo of an organisation (`ORGANISATION`, its number) or `APPLICATION`; None where there is none."""
    where = (LOGOS.c.owner_kind == owner_kind, LOGOS.c.owner == owner, LOGOS.c.logo_id == logo_id)
    row = connection.execute(select(LOGOS).where(*where)).mappings().one_or_none()
    return None if row is None else (made.logo(row), row["content"])


def _rows(connection: Connection, table: Table) -> list[RowMapping]:
    return list(connection.execute(select(table)).mappings())


def _logos(connection: Connection) -> dict[str, dict[str, tuple[LogoFacts, ...]]]:
    """All logos without their bytes, by the kind and id of their owner."""
    without_bytes = [column for column in LOGOS.c if column is not LOGOS.c.content]
    found: dict[str, dict[str, tuple[LogoFacts, ...]]] = defaultdict(dict)
    for row in connection.execute(select(*without_bytes).order_by(LOGOS.c.place)).mappings():
        owners = found[row["owner_kind"]]
        owners[row["owner"]] = (*owners.get(row["owner"], ()), made.logo(row))
    return found


def _site(client_id: str, registration: RowMapping) -> Site:
    return Site(
        client_id,
        registration["name"],
        made.why_suspended(registration) is not None,
        frozenset(registration["document_events"]),
    )


def _webhooks(registrations: Mapping[UUID, RowMapping], sites: Mapping[UUID, str]) -> list[Webhook]:
    return [
        webhook
        for registration_id, row in registrations.items()
        for webhook in made.webhooks(row, sites.get(registration_id))
    ]
