"""Events of reference data."""

from __future__ import annotations

from typing import Any

from domain.events import Event
from domain.events.reference import (
    ApplicationChanged,
    ApplicationRegistered,
    AuditGrant,
    AuditorChanged,
    AuditorRegistered,
    AuditorSuspended,
    ClientRecord,
    MessageTypeChanged,
    MessageTypeRegistered,
    SenderChanged,
    SenderRegistered,
    SenderSuspended,
    SiteChanged,
    SiteRegistered,
    SiteSuspended,
    Validity,
)
from tests.contract.stored.common import AT, MAILBOX, event, first

NAME = {"nl": "Financiën", "fr": "Finances", "de": "Finanzen", "en": "Finance"}
CLIENT = ClientRecord(
    client_id="finance-publisher",
    keys=[{"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "kid": "2026-1"}],
    redirect_uris=["https://finance.example/return"],
)
GRANT = AuditGrant(case="2026/17", purpose="complaint", subjects=[str(MAILBOX)], start=AT, end=None)
MESSAGE_TYPE: dict[str, Any] = {
    "message_type_id": "assessment",
    "name": NAME,
    "description": {"nl": "Aanslagbiljet"},
    "validity": Validity(years=10, days=5),
    "recipients": ["citizen", "enterprise"],
    "senders": ["0316380841"],
    "discreet": False,
}

EXPECTED: dict[str, Event] = {
    "sender.registered.v1": first(
        SenderRegistered, "sender", enterprise_number="0316380841", name=NAME, clients=[CLIENT]
    ),
    "sender.changed.v1": event(SenderChanged, name=NAME, clients=[]),
    "sender.suspended.v1": event(SenderSuspended, reason="contract ended"),
    "sender.application_registered.v1": event(
        ApplicationRegistered, application_id="taxes", name=NAME, description={"nl": "Aangifte"}
    ),
    "sender.application_changed.v1": event(
        ApplicationChanged, application_id="taxes", name=NAME, description={}
    ),
    "sender.message_type_registered.v1": event(MessageTypeRegistered, **MESSAGE_TYPE),
    "sender.message_type_changed.v1": event(MessageTypeChanged, **(MESSAGE_TYPE | {"discreet": True})),
    "site.registered.v1": first(SiteRegistered, "site", name=NAME, client=CLIENT),
    "site.changed.v1": event(SiteChanged, name=NAME, client=CLIENT),
    "site.suspended.v1": event(SiteSuspended, reason="withdrawn"),
    "auditor.registered.v1": first(AuditorRegistered, "auditor", name=NAME, client=CLIENT, grants=[GRANT]),
    "auditor.changed.v1": event(AuditorChanged, name=NAME, client=CLIENT, grants=[]),
    "auditor.suspended.v1": event(AuditorSuspended, reason="mandate ended"),
}
