"""How events change the reference data. They are rare, so each is written by itself.

Whoever registered a client, an application or a message type first keeps it: a file that names somebody
else's must not make another organisation act, or publish, under that name.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, delete, select, update

from domain.events import auditor, enterprise, site
from domain.events import reference as facts
from domain.events.base import Event
from projections.bulk import insert_rows, replace_all, upsert_rows
from projections.model import Located, Row
from projections.reference_tables import (
    APPLICATIONS,
    CLIENTS,
    ENTERPRISES,
    LOGOS,
    MESSAGE_TYPES,
    REGISTRATIONS,
)

ORGANISATION = "organisation"
APPLICATION = "application"
"""The kinds of logos' owners."""

_FIRST = facts.SenderRegistered | site.SiteRegistered | auditor.AuditorRegistered


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    for position, event in page:
        if isinstance(event, enterprise.EnterpriseRegistered | enterprise.EnterpriseChanged):
            upsert_rows(connection, ENTERPRISES, [_enterprise(event)], replace_all)
            continue
        _register(connection, position, event)
        match event:
            case facts.SenderRegistered() | facts.SenderChanged():
                _replace_clients(connection, event.originator_id, event.clients, [])
                number = _number(connection, event.originator_id)
                _replace_logos(connection, ORGANISATION, number, event.presentation)
            case site.SiteRegistered() | site.SiteChanged():
                _replace_clients(connection, event.originator_id, [event.client], [])
            case auditor.AuditorRegistered() | auditor.AuditorChanged():
                _replace_clients(connection, event.originator_id, [event.client], event.grants)
            case facts.ApplicationRegistered() | facts.ApplicationChanged():
                row = _application(event)
                if not _is_anothers(connection, APPLICATIONS.c.application_id, row):
                    upsert_rows(connection, APPLICATIONS, [row], replace_all)
                    _replace_logos(connection, APPLICATION, event.application_id, event.presentation)
            case facts.MessageTypeRegistered() | facts.MessageTypeChanged():
                row = _message_type(event)
                if not _is_anothers(connection, MESSAGE_TYPES.c.message_type_id, row):
                    upsert_rows(connection, MESSAGE_TYPES, [row], replace_all)


def _register(connection: Connection, position: int, event: Event) -> None:
    changes = {"version": event.originator_version, "position": position, **_changes(connection, event)}
    if isinstance(event, _FIRST):
        row = {
            "registration_id": event.originator_id,
            "enterprise_number": None,
            "ordered_suspended": None,
            "suspended_clients": {},
            **changes,
        }
        upsert_rows(connection, REGISTRATIONS, [row], replace_all)
    else:
        where = REGISTRATIONS.c.registration_id == event.originator_id
        connection.execute(update(REGISTRATIONS).where(where).values(**changes))


def _changes(connection: Connection, event: Event) -> Row:
    match event:
        case facts.SenderRegistered():
            return {**_organisation(event), "kind": "partner", "enterprise_number": event.enterprise_number}
        case facts.SenderChanged():
            return _organisation(event)
        case site.SiteRegistered() | site.SiteChanged():
            told = {"webhooks": event.webhooks, "document_events": event.document_events}
            return {**_named(event.name), **told, "kind": "site"}
        case auditor.AuditorRegistered() | auditor.AuditorChanged():
            return {**_named(event.name), "kind": "auditor"}
        case _:
            return _suspension(connection, event)


def _suspension(connection: Connection, event: Event) -> Row:
    match event:
        case facts.SenderSuspended() | site.SiteSuspended() | auditor.AuditorSuspended():
            return {"ordered_suspended" if event.by_command else "declared_suspended": event.reason}
        case facts.SenderResumed() | site.SiteResumed() | auditor.AuditorResumed():
            return {"ordered_suspended": None}
        case facts.ClientSuspended():
            others = _suspended_clients(connection, event.originator_id)
            return {"suspended_clients": others | {event.client_id: event.reason}}
        case facts.ClientResumed():
            suspended = _suspended_clients(connection, event.originator_id)
            suspended.pop(event.client_id)
            return {"suspended_clients": suspended}
        case _:
            return {}


def _named(name: dict[str, str]) -> Row:
    # Whatever names the registration anew also ends the suspension that its declaration asked for.
    empty: Row = {"long_name": {}, "presentation": {}, "webhooks": [], "document_events": []}
    return {"name": name, "declared_suspended": None, **empty}


def _organisation(event: facts.SenderRegistered | facts.SenderChanged) -> Row:
    return {
        **_named(event.name),
        "long_name": event.long_name,
        "presentation": _without_logos(event.presentation),
        "webhooks": event.webhooks,
    }


def _without_logos(presentation: facts.Presentation) -> Row:
    return {
        "url": presentation.url,
        "contact_business": presentation.contact_business,
        "contact_technical": presentation.contact_technical,
    }


def _suspended_clients(connection: Connection, registration_id: UUID) -> dict[str, str]:
    where = REGISTRATIONS.c.registration_id == registration_id
    return dict(connection.execute(select(REGISTRATIONS.c.suspended_clients).where(where)).scalar_one())


def _number(connection: Connection, registration_id: UUID) -> str:
    where = REGISTRATIONS.c.registration_id == registration_id
    return str(connection.scalar(select(REGISTRATIONS.c.enterprise_number).where(where)))


def _replace_clients(
    connection: Connection,
    registration_id: UUID,
    clients: Sequence[facts.ClientRecord],
    grants: Sequence[auditor.AuditGrant],
) -> None:
    connection.execute(delete(CLIENTS).where(CLIENTS.c.registration_id == registration_id))
    rows: list[dict[str, Any]] = [
        {
            "client_id": client.client_id,
            "registration_id": registration_id,
            "public_keys": client.keys,
            "redirect_uris": client.redirect_uris,
            "grants": grants,
        }
        for client in clients
    ]
    own = [row for row in rows if not _is_anothers(connection, CLIENTS.c.client_id, row)]
    upsert_rows(connection, CLIENTS, own, replace_all)


def _is_anothers(connection: Connection, name: Column[str], row: Row) -> bool:
    table = name.table
    owner = select(table.c.registration_id).where(name == row[name.name])
    return connection.scalar(owner) not in {None, row["registration_id"]}


def _replace_logos(
    connection: Connection, owner_kind: str, owner: str, presentation: facts.Presentation
) -> None:
    connection.execute(delete(LOGOS).where(LOGOS.c.owner_kind == owner_kind, LOGOS.c.owner == owner))
    rows: list[Row] = []
    for place, logo in enumerate(presentation.logos):
        content = b64decode(logo.content)
        rows.append(
            {
                "owner_kind": owner_kind,
                "owner": owner,
                "logo_id": logo.id,
                "place": place,
                "media_type": logo.media_type,
                "language": logo.language,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "content": content,
            }
        )
    insert_rows(connection, LOGOS, rows)


def _application(event: facts.ApplicationRegistered | facts.ApplicationChanged) -> Row:
    return {
        "application_id": event.application_id,
        "registration_id": event.originator_id,
        "name": event.name,
        "description": event.description,
        "presentation": _without_logos(event.presentation),
        "message_types": event.message_types,
    }


def _message_type(event: facts.MessageTypeRegistered | facts.MessageTypeChanged) -> Row:
    return {
        "message_type_id": event.message_type_id,
        "registration_id": event.originator_id,
        "name": event.name,
        "description": event.description,
        "validity": event.validity,
        "recipients": event.recipients,
        "senders": event.senders,
        "discreet": event.discreet,
        "business_data": event.business_data,
        "deceased": event.deceased,
        "applications": event.applications,
    }


def _enterprise(event: enterprise.EnterpriseRegistered | enterprise.EnterpriseChanged) -> Row:
    return {
        "enterprise_number": event.enterprise_number,
        "partitions": event.partitions,
        "routing": event.routing,
    }
