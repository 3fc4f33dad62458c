"""Accesses, refusals and auditors' looks."""

from __future__ import annotations

from domain.events import Event
from domain.events.access import AccessDenied, AccessRecorded, CallerRecord, What
from domain.events.audit import AuditExported, AuditReplayed, Look, LookedAt
from tests.contract.stored.common import ACCESS, ACTOR, AT, MAILBOX, OTHER, first

EXPECTED: dict[str, Event] = {
    "access.recorded.v1": first(
        AccessRecorded,
        "access",
        mailbox_id=MAILBOX,
        what=What.ATTACHMENT,
        publication_id=OTHER,
        attachment_id=OTHER,
        access=ACCESS,
    ),
    "access_denied.recorded.v1": first(
        AccessDenied,
        "access_denied",
        mailbox_id=MAILBOX,
        operation="read",
        reason="not the owner",
        unrecorded=3,
        caller=CallerRecord(
            actor_party=ACTOR,
            actor="85073003328",
            actor_kind="citizen",
            site="portal",
            digital_key="eid",
            assurance_level="high",
            token_sha256="5e" * 32,
            request_id=OTHER,
        ),
    ),
    "audit.replayed.v1": first(
        AuditReplayed,
        "audit",
        look=Look.ACCESS_HISTORY,
        mailbox_id=None,
        case="2026/17",
        purpose="complaint",
        scope_id=None,
        embargo_until=None,
        asked=LookedAt(site="demo-site", start=AT, before=17),
        access=ACCESS,
    ),
    "audit.replayed.v2": first(
        AuditReplayed,
        "audit",
        look=Look.ENTRIES,
        mailbox_id=None,
        case="2026/17",
        purpose="complaint",
        scope_id=OTHER,
        embargo_until=AT,
        asked=LookedAt(bundle=3),
        access=ACCESS,
    ),
    "audit.exported.v1": first(
        AuditExported,
        "audit",
        format="jsonl",
        mailbox_id=MAILBOX,
        case="2026/17",
        purpose="complaint",
        scope_id=OTHER,
        embargo_until=AT,
        asked=LookedAt(mailbox_id=MAILBOX, start=AT),
        access=ACCESS,
    ),
}
