"""How events change the reference data. They are rare, so each is written by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, update

from domain.events import reference as facts
from domain.events.base import Event
from projections.bulk import replace_all, upsert_rows
from projections.model import Located, Row
from projections.reference_tables import APPLICATIONS, CLIENTS, MESSAGE_TYPES, REGISTRATIONS


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    for position, event in page:
        _register(connection, position, event)
        match event:
            case facts.SenderRegistered() | facts.SenderChanged():
                _replace_clients(connection, event.originator_id, event.clients, [])
            case facts.SiteRegistered() | facts.SiteChanged():
                _replace_clients(connection, event.originator_id, [event.client], [])
            case facts.AuditorRegistered() | facts.AuditorChanged():
                _replace_clients(connection, event.originator_id, [event.client], event.grants)
            case facts.ApplicationRegistered() | facts.ApplicationChanged():
                upsert_rows(connection, APPLICATIONS, [_application(event)], replace_all)
            case facts.MessageTypeRegistered() | facts.MessageTypeChanged():
                upsert_rows(connection, MESSAGE_TYPES, [_message_type(event)], replace_all)


def _register(connection: Connection, position: int, event: Event) -> None:
    changes = {"version": event.originator_version, "position": position, **_changes(event)}
    if isinstance(event, facts.SenderRegistered | facts.SiteRegistered | facts.AuditorRegistered):
        row = {"registration_id": event.originator_id, "enterprise_number": None, **changes}
        upsert_rows(connection, REGISTRATIONS, [row], replace_all)
    else:
        where = REGISTRATIONS.c.registration_id == event.originator_id
        connection.execute(update(REGISTRATIONS).where(where).values(**changes))


def _changes(event: Event) -> Row:
    match event:
        case facts.SenderRegistered():
            number = event.enterprise_number
            return {**_named(event.name), "kind": "partner", "enterprise_number": number}
        case facts.SiteRegistered():
            return {**_named(event.name), "kind": "site"}
        case facts.AuditorRegistered():
            return {**_named(event.name), "kind": "auditor"}
        case facts.SenderChanged() | facts.SiteChanged() | facts.AuditorChanged():
            return _named(event.name)
        case facts.SenderSuspended() | facts.SiteSuspended() | facts.AuditorSuspended():
            return {"is_suspended": True}
        case _:
            return {}


def _named(name: dict[str, str]) -> Row:
    # Whatever names the registration anew also lifts its suspension.
    return {"name": name, "is_suspended": False}


def _replace_clients(
    connection: Connection,
    registration_id: UUID,
    clients: Sequence[facts.ClientRecord],
    grants: Sequence[facts.AuditGrant],
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
    upsert_rows(connection, CLIENTS, rows, replace_all)


def _application(event: facts.ApplicationRegistered | facts.ApplicationChanged) -> Row:
    return {
        "application_id": event.application_id,
        "registration_id": event.originator_id,
        "name": event.name,
        "description": event.description,
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
    }
