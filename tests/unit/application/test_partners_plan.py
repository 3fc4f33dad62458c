"""The difference between a partners file and the record, as an operator reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from application.partnersplan import Change, Sign, changes
from domain.declarations import (
    ApplicationDeclaration,
    EnterpriseDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    RoleDeclaration,
)
from domain.enterprise import Enterprise
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.reference import BusinessDataRule, ClientRecord, LogoRecord, Presentation, Validity
from domain.partner import Sender
from domain.roles import EnterpriseRole

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PERSON = UUID(int=1)
TYPE = MessageTypeDeclaration(
    "LETTER", {"en": "Letter"}, {}, Validity(10, 0), ["citizen"], ["0206731645"], False
)
OFFICE = OrganisationDeclaration(
    "0206731645",
    {"en": "Office"},
    [ClientRecord("office", [{"kty": "EC", "kid": "1"}], [])],
    [ApplicationDeclaration("office.app", {"en": "App"}, {})],
    [TYPE],
)
FACTORY = EnterpriseDeclaration(
    "0884303369",
    UUID(int=2),
    [PartitionRecord("STAFF", {"nl": "Personeel"})],
    [RoutingRule("STAFF", "PAYSLIP")],
    [RoleDeclaration(PERSON, EnterpriseRole.READER, ["STAFF"])],
)


def masked(party_id: UUID) -> str | None:
    return "*********17" if party_id == PERSON else None


def changed(declared: OrganisationDeclaration) -> list[Change]:
    sender = Sender.register(OFFICE, AT)
    past = sender.new_facts()
    sender.declare(declared, AT)
    return changes(past, sender.new_facts(), masked)


def test_what_is_new_is_shown_with_what_it_has() -> None:
    found = changes([], Sender.register(OFFICE, AT).new_facts(), masked)
    assert [(one.sign, one.kind, one.name) for one in found] == [
        (Sign.ADDED, "organisation", "0206731645"),
        (Sign.ADDED, "application", "office.app"),
        (Sign.ADDED, "message type", "LETTER"),
    ]
    assert "validity: 10 years" in found[2].details


def test_of_what_changes_the_fields_that_differ_are_shown() -> None:
    rule = BusinessDataRule("year", {"en": "Year"}, {}, required=True)
    longer = replace(TYPE, validity=Validity(years=1, days=0, months=6), business_data=[rule], discreet=True)
    assert changed(replace(OFFICE, message_types=[longer])) == [
        Change(
            Sign.CHANGED,
            "message type",
            "LETTER",
            (
                "validity: 10 years → 1 years 6 months",
                "discreet: no → yes",
                "businessData: + year (required; en: Year)",
            ),
        )
    ]


def test_another_key_of_the_same_name_and_another_logo_show() -> None:
    logo = LogoRecord("main", "image/png", None, "iVBORw0KGgo=")
    other_key = replace(OFFICE.clients[0], keys=[{"kty": "OKP", "kid": "1"}])
    [one] = changed(replace(OFFICE, clients=[other_key], presentation=Presentation(logos=[logo])))
    gone, come, picture = one.details
    assert gone.startswith("clients: - office (keys 1/")
    assert come.startswith("clients: + office (keys 1/")
    assert gone.removeprefix("clients: - ") != come.removeprefix("clients: + ")
    assert picture.startswith("logos: + main (image/png, 8 bytes, ")


def test_a_suspension_and_its_end() -> None:
    [one] = changed(replace(OFFICE, suspended="fraud"))
    assert (one.sign, one.kind, one.details) == (Sign.CHANGED, "organisation", ("suspended: fraud",))
    sender = Sender.register(replace(OFFICE, suspended="fraud"), AT)
    past = sender.new_facts()
    sender.declare(OFFICE, AT)
    assert changes(past, sender.new_facts(), masked)[0].details == ("suspended: no longer",)


def test_people_are_shown_by_the_end_of_their_number() -> None:
    enterprise = Enterprise.register(FACTORY, AT)
    past = enterprise.new_facts()
    assert changes([], past, masked)[1:] == [
        Change(Sign.ADDED, "role", "reader of 0884303369: *********17 in STAFF")
    ]
    enterprise.declare(replace(FACTORY, people=[]), AT)
    assert changes(past, enterprise.new_facts(), masked) == [
        Change(Sign.REMOVED, "role", "reader of 0884303369: *********17 in STAFF")
    ]


def test_rules_in_another_order_are_a_change() -> None:
    rules = [RoutingRule("STAFF", "PAYSLIP"), RoutingRule("STAFF")]
    enterprise = Enterprise.register(replace(FACTORY, routing=rules), AT)
    past = enterprise.new_facts()
    enterprise.declare(replace(FACTORY, routing=rules[::-1]), AT)
    assert changes(past, enterprise.new_facts(), masked) == [
        Change(Sign.CHANGED, "enterprise", "0884303369", ("routing: in another order",))
    ]
