"""OCSF 1.7 *API Activity* (https://schema.ocsf.io/1.7.0/classes/api_activity), for security monitoring.

What that class has no place for (the basis, the digital key, the place in the audit log) is in `unmapped`, as
OCSF has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from audit.export.rows import Row, WhoActed
from audit.export.vocabulary import Action, has_failed, meaning_of, why_failed

Json = dict[str, Any]

VERSION: Final = "1.7.0"

_APPLICATION_ACTIVITY: Final = 6
_API_ACTIVITY: Final = 6003
_ACTIVITIES: Final = {
    Action.CREATE: 1,
    Action.READ: 2,
    Action.UPDATE: 3,
    Action.DELETE: 4,
    Action.EXECUTE: 99,
}
_INFORMATIONAL, _LOW = 1, 2
_SUCCESS, _FAILURE = 1, 2
_MICROSECONDS: Final = 1_000


def api_activity(row: Row, source: str) -> Json:
    """The event. `source` is the address, or the log's origin, that the row was taken from."""
    activity = _ACTIVITIES[meaning_of(row.kind).action]
    failed = has_failed(row)
    event: Json = {
        "activity_id": activity,
        "category_uid": _APPLICATION_ACTIVITY,
        "class_uid": _API_ACTIVITY,
        "type_uid": _API_ACTIVITY * 100 + activity,
        "time": int(row.at.timestamp()) * 1_000 + row.at.microsecond // _MICROSECONDS,
        "severity_id": _LOW if failed else _INFORMATIONAL,
        "status_id": _FAILURE if failed else _SUCCESS,
        "metadata": {
            "version": VERSION,
            "product": {"name": "eBox", "uid": source, "vendor_name": "eBox"},
            "uid": str(row.event_id),
            "event_code": row.kind,
            "log_name": "access history",
        },
        "actor": {"user": _user(row.actor)} if row.actor else {"app_name": "eBox"},
        "api": {"operation": row.what or row.kind, "service": {"name": "eBox"}},
        "src_endpoint": {"uid": row.site or "ebox", "name": row.site or "eBox"},
        "resources": list(_resources(row)),
        "unmapped": dict(_unmapped(row)),
    }
    if activity == _ACTIVITIES[Action.EXECUTE]:
        event["activity_name"] = row.kind
    if reason := why_failed(row):
        event["status_detail"] = reason
    return event


def _user(actor: WhoActed) -> Json:
    user: Json = {"uid": str(actor.party_id)}
    if actor.identity is not None:
        user["uid_alt"] = actor.identity
    if actor.kind is not None:
        user |= {"type_id": 99, "type": actor.kind}
    return user


def _resources(row: Row) -> Iterator[Json]:
    if row.mailbox_id is not None:
        yield {"type": "mailbox", "uid": str(row.mailbox_id)}
    elif row.leaf is not None:
        yield {"type": "pseudonym", "uid": row.leaf.subject}
    for name, value in (("message", row.message_id), ("attachment", row.attachment_id)):
        if value is not None:
            yield {"type": name, "uid": str(value)}


def _unmapped(row: Row) -> Iterator[tuple[str, Any]]:
    yield "position", row.position
    if row.basis is not None:
        basis = row.basis
        yield "basis", {"kind": basis.kind, "id": str(basis.id), "version": basis.version}
    if row.leaf is not None:
        yield "leaf", {"index": row.leaf.index, "subject": row.leaf.subject, "sequence": row.leaf.sequence}
    told = {
        "digitalKey": row.digital_key,
        "assuranceLevel": row.assurance_level,
        "accessId": str(row.access_id) if row.access_id else None,
        "senderOrganizationId": row.sender_organization_id,
        "detail": row.detail,
    }
    yield from ((name, value) for name, value in told.items() if value is not None)
