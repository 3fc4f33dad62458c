"""Auditors' scopes."""

from __future__ import annotations

from domain.events import Event
from domain.events.scope import ScopeApproved, ScopeRefused, ScopeRequested, ScopeWithdrawn
from tests.contract.stored.common import ACCESS, AT, MAILBOX, event, first

EXPECTED: dict[str, Event] = {
    "scope.requested.v1": first(
        ScopeRequested,
        "scope",
        client_id="auditor-1",
        case="2026/17",
        purpose="complaint",
        subjects=[MAILBOX],
        start=AT,
        end=AT,
        access=ACCESS,
    ),
    "scope.approved.v1": event(
        ScopeApproved, client_id="auditor-2", valid_until=AT, embargo_until=AT, access=ACCESS
    ),
    "scope.refused.v1": event(
        ScopeRefused, client_id="auditor-2", reason="the period is too long", access=ACCESS
    ),
    "scope.withdrawn.v1": event(
        ScopeWithdrawn, client_id="auditor-1", reason="the case is closed", access=ACCESS
    ),
}
