"""Reference data: declared again and again, recorded once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.aggregate import AggregateRoot
from domain.auditor import Auditor
from domain.declarations import (
    ApplicationDeclaration,
    AuditorDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    SiteDeclaration,
)
from domain.errors import Conflict, NotFound
from domain.events.auditor import AuditGrant, AuditorChanged, AuditorRegistered
from domain.events.reference import (
    ApplicationChanged,
    ApplicationRegistered,
    ClientRecord,
    ClientResumed,
    ClientSuspended,
    MessageTypeChanged,
    MessageTypeRegistered,
    SenderChanged,
    SenderRegistered,
    SenderResumed,
    SenderSuspended,
    Validity,
    WebhookRecord,
)
from domain.events.site import SiteChanged, SiteRegistered, SiteSuspended
from domain.partner import Sender
from domain.site import Site

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
MAILBOX = UUID(int=2)


def then(aggregate: AggregateRoot, *expected: type) -> None:
    assert [type(fact) for fact in aggregate.new_facts()] == list(expected)


CLIENT = ClientRecord("demo-partner", [{"kty": "EC"}], [])
APPLICATION = ApplicationDeclaration("demo.pensions", {"en": "Pensions"}, {})
TYPE = MessageTypeDeclaration(
    "PENSION_STATEMENT", {"en": "Statement"}, {}, Validity(10, 0), ["citizen"], ["0206731645"], False
)
OFFICE = OrganisationDeclaration("0206731645", {"en": "Pension office"}, [CLIENT], [APPLICATION], [TYPE])


class TestReferenceData:
    def test_a_new_organisation_with_everything_it_has(self) -> None:
        then(Sender.register(OFFICE, AT), SenderRegistered, ApplicationRegistered, MessageTypeRegistered)

    def test_declaring_the_same_again_records_nothing(self) -> None:
        sender = Sender.register(OFFICE, AT)
        sender.new_facts()
        sender.declare(OFFICE, LATER)
        then(sender)

    def test_only_what_differs_is_recorded(self) -> None:
        sender = Sender.register(OFFICE, AT)
        sender.new_facts()
        sender.declare(replace(OFFICE, message_types=[replace(TYPE, validity=Validity(5, 0))]), LATER)
        then(sender, MessageTypeChanged)
        sender.declare(replace(OFFICE, name={"en": "Office"}, message_types=[]), LATER)
        then(sender, SenderChanged)
        sender.declare(
            replace(
                OFFICE,
                name={"en": "Office"},
                message_types=[],
                applications=[replace(APPLICATION, name={"en": "P"})],
            ),
            LATER,
        )
        then(sender, ApplicationChanged)

    def test_a_suspension_and_its_end(self) -> None:
        sender = Sender.register(OFFICE, AT)
        sender.new_facts()
        sender.declare(replace(OFFICE, suspended="contract ended"), AT)
        sender.declare(replace(OFFICE, suspended="contract ended"), LATER)
        assert sender.is_suspended
        sender.declare(OFFICE, LATER)
        assert not sender.is_suspended
        then(sender, SenderSuspended, SenderChanged)

    def test_a_site(self) -> None:
        declared = SiteDeclaration({"en": "Portal"}, replace(CLIENT, client_id="demo-site"))
        site = Site.register(declared, AT)
        site.declare(declared, AT)
        site.declare(replace(declared, suspended="leak"), AT)
        site.declare(declared, AT)
        then(site, SiteRegistered, SiteSuspended, SiteChanged)

    def test_an_auditor(self) -> None:
        grant = AuditGrant("case-1", "complaint", ["*"], None, None)
        declared = AuditorDeclaration({"en": "Court"}, replace(CLIENT, client_id="demo-auditor-1"), [grant])
        auditor = Auditor.register(declared, AT)
        auditor.declare(declared, AT)
        auditor.declare(replace(declared, grants=[replace(grant, subjects=[str(MAILBOX)])]), AT)
        then(auditor, AuditorRegistered, AuditorChanged)


class TestSuspensionByCommand:
    def test_it_outlives_the_same_declaration(self) -> None:
        sender = Sender.register(OFFICE, AT)
        sender.suspend("fraud", AT)
        sender.declare(OFFICE, LATER)
        sender.declare(replace(OFFICE, name={"en": "Office"}), LATER)
        assert sender.is_suspended
        sender.resume(LATER)
        assert not sender.is_suspended

    def test_it_is_apart_from_the_declarations(self) -> None:
        sender = Sender.register(replace(OFFICE, suspended="contract ended"), AT)
        sender.new_facts()
        sender.suspend("fraud", AT)
        sender.suspend("again", AT)
        sender.declare(OFFICE, LATER)
        assert sender.is_suspended
        sender.resume(LATER)
        assert not sender.is_suspended
        then(sender, SenderSuspended, SenderChanged, SenderResumed)

    def test_what_no_command_suspended_no_command_resumes(self) -> None:
        site = Site.register(SiteDeclaration({"en": "Portal"}, CLIENT, suspended="leak"), AT)
        with pytest.raises(Conflict):
            site.resume(LATER)
        assert site.is_suspended

    def test_one_client_is_suspended_by_itself(self) -> None:
        sender = Sender.register(OFFICE, AT)
        sender.new_facts()
        sender.suspend_client("demo-partner", "key stolen", AT)
        sender.suspend_client("demo-partner", "key stolen", AT)
        assert not sender.is_suspended
        sender.resume_client("demo-partner", LATER)
        then(sender, ClientSuspended, ClientResumed)
        with pytest.raises(Conflict):
            sender.resume_client("demo-partner", LATER)
        with pytest.raises(NotFound):
            sender.suspend_client("somebody-elses", "key stolen", LATER)


def test_a_webhook_is_part_of_the_organisation() -> None:
    sender = Sender.register(OFFICE, AT)
    sender.new_facts()
    hooked = replace(OFFICE, webhooks=[WebhookRecord("w", "https://office.example/w", ["newDocument"])])
    sender.declare(hooked, LATER)
    sender.declare(hooked, LATER)
    then(sender, SenderChanged)
