"""Events of reference data."""

from __future__ import annotations

from typing import Any

from domain.events import Event
from domain.events.auditor import (
    AuditGrant,
    AuditorChanged,
    AuditorRegistered,
    AuditorResumed,
    AuditorSuspended,
)
from domain.events.enterprise import (
    EnterpriseChanged,
    EnterpriseRegistered,
    PartitionRecord,
    RoleAssigned,
    RoleWithdrawn,
    RoutingRule,
)
from domain.events.reference import (
    ApplicationChanged,
    ApplicationRegistered,
    BusinessDataRule,
    ClientRecord,
    ClientResumed,
    ClientSuspended,
    LogoRecord,
    MessageTypeChanged,
    MessageTypeRegistered,
    Presentation,
    SenderChanged,
    SenderRegistered,
    SenderResumed,
    SenderSuspended,
    Validity,
    WebhookRecord,
)
from domain.events.site import SiteChanged, SiteRegistered, SiteResumed, SiteSuspended
from tests.contract.stored.common import ACTOR, AT, MAILBOX, OTHER, event, first

NAME = {"nl": "Financiën", "fr": "Finances", "de": "Finanzen", "en": "Finance"}
CLIENT = ClientRecord(
    client_id="finance-publisher",
    keys=[{"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "kid": "2026-1"}],
    redirect_uris=["https://finance.example/return"],
)
GRANT = AuditGrant(case="2026/17", purpose="complaint", subjects=[str(MAILBOX)], start=AT, end=None)
PRESENTATION = Presentation(
    url={"nl": "https://finance.example/nl", "fr": "https://finance.example/fr"},
    contact_business="helpdesk@finance.example",
    contact_technical="02 572 57 57",
    logos=[LogoRecord(id="main", media_type="image/png", language="nl", content="iVBORw0KGgo=")],
)
WEBHOOK = WebhookRecord("events", "https://finance.example/events", ["newDocument", "readDocument"])
MESSAGE_TYPE_V1: dict[str, Any] = {
    "message_type_id": "assessment",
    "name": NAME,
    "description": {"nl": "Aanslagbiljet"},
    "validity": Validity(years=10, days=5),
    "recipients": ["citizen", "enterprise"],
    "senders": ["0316380841"],
    "discreet": False,
    "business_data": [],
    "deceased": "refuse",
    "applications": None,
}
MESSAGE_TYPE = MESSAGE_TYPE_V1 | {
    "validity": Validity(years=10, months=6, days=5),
    "business_data": [
        BusinessDataRule("year", {"nl": "Jaar"}, {"nl": "Het inkomstenjaar"}, required=True),
    ],
    "deceased": "accept",
    "applications": ["taxes"],
}
SENDER_V1: dict[str, Any] = {"long_name": {}, "presentation": Presentation(), "webhooks": []}
SENDER: dict[str, Any] = {
    "name": NAME,
    "clients": [CLIENT],
    "long_name": {"nl": "Federale Overheidsdienst Financiën"},
    "presentation": PRESENTATION,
    "webhooks": [WEBHOOK],
}
APPLICATION_V1: dict[str, Any] = {"presentation": Presentation(), "message_types": None}
APPLICATION: dict[str, Any] = {
    "application_id": "taxes",
    "name": NAME,
    "description": {"nl": "Aangifte"},
    "presentation": PRESENTATION,
    "message_types": ["assessment"],
}
SITE_V1: dict[str, Any] = {"name": NAME, "client": CLIENT, "webhooks": [], "document_events": []}
SITE = SITE_V1 | {"webhooks": [WEBHOOK], "document_events": ["citizen", "enterprise"]}
ENTERPRISE: dict[str, Any] = {
    "enterprise_number": "0884303369",
    "partitions": [PartitionRecord("STAFF", {"nl": "Personeel"})],
    "routing": [RoutingRule("STAFF", "assessment", "0316380841", "taxes", "GENERAL")],
}

EXPECTED: dict[str, Event] = {
    "sender.registered.v1": first(
        SenderRegistered,
        "sender",
        enterprise_number="0316380841",
        name=NAME,
        clients=[CLIENT],
        **SENDER_V1,
    ),
    "sender.registered.v2": first(SenderRegistered, "sender", enterprise_number="0316380841", **SENDER),
    "sender.changed.v1": event(SenderChanged, name=NAME, clients=[], **SENDER_V1),
    "sender.changed.v2": event(SenderChanged, **SENDER),
    "sender.suspended.v1": event(SenderSuspended, reason="contract ended", by_command=False),
    "sender.suspended.v2": event(SenderSuspended, reason="a key was stolen", by_command=True),
    "sender.resumed.v1": event(SenderResumed),
    "sender.client_suspended.v1": event(ClientSuspended, client_id="finance-publisher", reason="key stolen"),
    "sender.client_resumed.v1": event(ClientResumed, client_id="finance-publisher"),
    "sender.application_registered.v1": event(
        ApplicationRegistered,
        application_id="taxes",
        name=NAME,
        description={"nl": "Aangifte"},
        **APPLICATION_V1,
    ),
    "sender.application_registered.v2": event(ApplicationRegistered, **APPLICATION),
    "sender.application_changed.v1": event(
        ApplicationChanged, application_id="taxes", name=NAME, description={}, **APPLICATION_V1
    ),
    "sender.application_changed.v2": event(ApplicationChanged, **APPLICATION),
    "sender.message_type_registered.v1": event(MessageTypeRegistered, **MESSAGE_TYPE_V1),
    "sender.message_type_registered.v2": event(MessageTypeRegistered, **MESSAGE_TYPE),
    "sender.message_type_changed.v1": event(MessageTypeChanged, **(MESSAGE_TYPE_V1 | {"discreet": True})),
    "sender.message_type_changed.v2": event(MessageTypeChanged, **MESSAGE_TYPE),
    "site.registered.v1": first(SiteRegistered, "site", **SITE_V1),
    "site.registered.v2": first(SiteRegistered, "site", **SITE),
    "site.changed.v1": event(SiteChanged, **SITE_V1),
    "site.changed.v2": event(SiteChanged, **SITE),
    "site.suspended.v1": event(SiteSuspended, reason="withdrawn", by_command=False),
    "site.suspended.v2": event(SiteSuspended, reason="leaks", by_command=True),
    "site.resumed.v1": event(SiteResumed),
    "auditor.registered.v1": first(AuditorRegistered, "auditor", name=NAME, client=CLIENT, grants=[GRANT]),
    "auditor.changed.v1": event(AuditorChanged, name=NAME, client=CLIENT, grants=[]),
    "auditor.suspended.v1": event(AuditorSuspended, reason="mandate ended", by_command=False),
    "auditor.suspended.v2": event(AuditorSuspended, reason="under inquiry", by_command=True),
    "auditor.resumed.v1": event(AuditorResumed),
    "enterprise.registered.v1": first(EnterpriseRegistered, "enterprise", **ENTERPRISE),
    "enterprise.changed.v1": event(EnterpriseChanged, **ENTERPRISE),
    "enterprise.role_assigned.v1": event(
        RoleAssigned,
        role_id=OTHER,
        mailbox_id=MAILBOX,
        person_party=ACTOR,
        role="reader",
        partitions=["STAFF"],
    ),
    "enterprise.role_withdrawn.v1": event(RoleWithdrawn, role_id=OTHER),
}
