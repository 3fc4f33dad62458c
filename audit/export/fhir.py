"""FHIR R4 `AuditEvent` (https://hl7.org/fhir/R4/auditevent.html), as FHIR's bulk data has them: one a line.

Names of ours have `urn:ebox:…` as their system. Nobody's name and no network address is in it; who acted is
named by party id, and, where the scope shows it, by the identity as an alternative id. The entity of type
*audit log* says where in the audit log the event is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from audit.export.rows import Row, WhoActed
from audit.export.vocabulary import Action, has_failed, meaning_of, why_failed

Json = dict[str, Any]

_LIFECYCLE: Final = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
_DICOM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY_TYPE: Final = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE: Final = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPE: Final = "http://terminology.hl7.org/CodeSystem/security-source-type"

_SYSTEM_OBJECT: Final = "2"
_OTHER: Final = "4"
_REPOSITORY: Final = "17"
_RESOURCE: Final = "4"
_ACTIONS: Final = {
    Action.CREATE: "C",
    Action.READ: "R",
    Action.UPDATE: "U",
    Action.DELETE: "D",
    Action.EXECUTE: "E",
}
_SUCCESS: Final = "0"
_FAILURE: Final = "4"
"""Minor: nothing broke, somebody was refused, or a mail did not arrive."""


def audit_event(row: Row, source: str) -> Json:
    """The resource. `source` is the address, or the log's origin, that the row was taken from."""
    meaning = meaning_of(row.kind)
    subtypes = [_coding("event", row.kind), *([_coding("what", row.what)] if row.what else [])]
    resource: Json = {
        "resourceType": "AuditEvent",
        "id": str(row.event_id),
        "type": _type(meaning.lifecycle),
        "subtype": subtypes,
        "action": _ACTIONS[meaning.action],
        "recorded": row.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "outcome": _FAILURE if has_failed(row) else _SUCCESS,
    }
    if reason := why_failed(row):
        resource["outcomeDesc"] = reason
    if purpose := (row.detail or {}).get("purpose"):
        resource["purposeOfEvent"] = [{"text": str(purpose)}]
    resource["agent"] = list(_agents(row))
    resource["source"] = _source(row, source)
    resource["entity"] = list(_entities(row))
    return resource


def _type(lifecycle: str | None) -> Json:
    if lifecycle is None:
        return {"system": _DICOM, "code": "110101", "display": "Audit Log Used"}
    return {"system": _LIFECYCLE, "code": lifecycle}


def _agents(row: Row) -> Iterator[Json]:
    if row.actor is None:
        # What eBox did itself, or what a leaf does not tell: a resource has at least one agent.
        yield {"who": {"display": "eBox" if row.mailbox_id else "not told"}, "requestor": False}
    else:
        yield _person(row, row.actor)
    if row.site is not None:
        yield {
            "role": [_concept("actor-kind", "integrating_site")],
            "who": _named("site", row.site),
            "requestor": False,
        }


def _person(row: Row, actor: WhoActed) -> Json:
    agent: Json = {}
    told = {"digital-key": row.digital_key, "assurance-level": row.assurance_level}
    extensions = [
        {"url": f"urn:ebox:{name}", "valueCode": value} for name, value in told.items() if value is not None
    ]
    if extensions:
        agent["extension"] = extensions
    if actor.kind is not None:
        agent["role"] = [_concept("actor-kind", actor.kind)]
    agent["who"] = _named("party", str(actor.party_id))
    if actor.identity is not None:
        agent["altId"] = actor.identity
    agent["requestor"] = True
    if row.basis is not None:
        agent["policy"] = [f"urn:ebox:basis:{row.basis.kind}:{row.basis.id}:{row.basis.version}"]
    return agent


def _source(row: Row, source: str) -> Json:
    told: Json = {"site": row.site} if row.site is not None else {}
    return told | {
        "observer": {"identifier": {"system": "urn:ebox:installation", "value": source}, "display": "eBox"},
        "type": [{"system": _SOURCE_TYPE, "code": "4", "display": "Application Server"}],
    }


def _entities(row: Row) -> Iterator[Json]:
    if row.mailbox_id is not None:
        yield _entity("mailbox", str(row.mailbox_id), _REPOSITORY)
    elif row.leaf is not None:
        yield _entity("pseudonym", row.leaf.subject, _REPOSITORY)
    if row.message_id is not None:
        yield _entity("message", str(row.message_id), _RESOURCE)
    if row.attachment_id is not None:
        yield _entity("attachment", str(row.attachment_id), _RESOURCE)
    if row.access_id is not None:
        yield _entity("access", str(row.access_id), _RESOURCE)
    yield {
        "what": _named("event", str(row.event_id)),
        "type": {"system": _ENTITY_TYPE, "code": _OTHER, "display": "Other"},
        "description": "audit log",
        "detail": [{"type": name, "valueString": text} for name, text in _told(row)],
    }


def _told(row: Row) -> Iterator[tuple[str, str]]:
    """Where the event is in the log, and its plain facts; what is nested in them stays behind."""
    yield "position", str(row.position)
    if row.leaf is not None:
        yield "leaf", str(row.leaf.index)
        yield "sequence", str(row.leaf.sequence)
    if row.sender_organization_id is not None:
        yield "senderOrganizationId", row.sender_organization_id
    for name, value in (row.detail or {}).items():
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, str | int) and value != "":
            yield name, str(value)


def _entity(system: str, value: str, role: str) -> Json:
    return {
        "what": _named(system, value),
        "type": {"system": _ENTITY_TYPE, "code": _SYSTEM_OBJECT, "display": "System Object"},
        "role": {"system": _OBJECT_ROLE, "code": role},
        "description": system,
    }


def _named(system: str, value: str) -> Json:
    return {"identifier": {"system": f"urn:ebox:{system}", "value": value}}


def _coding(system: str, code: str) -> Json:
    return {"system": f"urn:ebox:{system}", "code": code}


def _concept(system: str, code: str) -> Json:
    return {"coding": [_coding(system, code)]}
