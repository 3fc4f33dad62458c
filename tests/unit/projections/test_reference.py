"""Reference data after these events."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from domain.auditor import Auditor
from domain.declarations import (
    ApplicationDeclaration,
    AuditorDeclaration,
    EnterpriseDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    RoleDeclaration,
    SiteDeclaration,
)
from domain.enterprise import Enterprise
from domain.events.auditor import AuditGrant
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.reference import ClientRecord, LogoRecord, Presentation, Validity, WebhookRecord
from domain.ids import auditor_id, sender_id, site_id
from domain.partner import Sender
from domain.reference import MessageType, Organisation, SenderApplication, Webhook
from domain.reference import Site as RegisteredSite
from domain.roles import EnterpriseRole
from domain.routing import Enterprise as Divided
from domain.site import Site
from projections import reference, roles
from projections.reference import Client, ReferenceSnapshot
from tests.unit.projections.story import NOON, SENDER, Story

OTHER = "0884303369"
LATER = NOON + timedelta(hours=1)
NAME = {"nl": "Pensioendienst", "fr": "Service des pensions"}
KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
TYPE = MessageTypeDeclaration(
    "PENSION_STATEMENT", {"nl": "Overzicht"}, {}, Validity(10, 0), ["citizen"], [SENDER], discreet=False
)
ORGANISATION = OrganisationDeclaration(
    SENDER,
    NAME,
    [ClientRecord("pensions", [KEY], [])],
    [ApplicationDeclaration("demo.pensions", {"nl": "Pensioenen"}, {"nl": "Alles over pensioenen"})],
    [TYPE],
)
SITE = SiteDeclaration({"nl": "Demo"}, ClientRecord("demo-site", [KEY], ["https://site.example.test/back"]))
GRANT = AuditGrant("2026/17", "complaint", ["*"], NOON, None)
AUDITOR = AuditorDeclaration({"nl": "Toezicht"}, ClientRecord("auditor-1", [KEY], []), [GRANT])


def snapshot(story: Story) -> ReferenceSnapshot:
    return story.told(reference.snapshot)


def test_nothing_is_registered_at_first(story: Story) -> None:
    assert snapshot(story) == ReferenceSnapshot({}, {}, {}, {}, {})


def test_an_organisation_comes_with_its_clients_applications_and_message_types(story: Story) -> None:
    story.when(*Sender.register(ORGANISATION, NOON).new_facts())
    found = snapshot(story)
    assert found.organisations == {
        SENDER: Organisation(SENDER, NAME, sender_id(SENDER), 3, is_suspended=False)
    }
    assert found.applications == {
        "demo.pensions": SenderApplication(
            "demo.pensions", SENDER, {"nl": "Pensioenen"}, {"nl": "Alles over pensioenen"}
        )
    }
    assert found.message_types == {
        "PENSION_STATEMENT": MessageType(
            "PENSION_STATEMENT",
            SENDER,
            {"nl": "Overzicht"},
            {},
            Validity(10, 0),
            frozenset({"citizen"}),
            frozenset({SENDER}),
            discreet=False,
        )
    }
    assert found.clients == {
        "pensions": Client("pensions", "partner", [KEY], [], SENDER, sender_id(SENDER), 3, False, [])
    }


def test_a_site_and_an_auditor_are_registered_with_their_clients(story: Story) -> None:
    story.when(*Site.register(SITE, NOON).new_facts(), *Auditor.register(AUDITOR, NOON).new_facts())
    found = snapshot(story)
    assert found.sites == {"demo-site": RegisteredSite("demo-site", {"nl": "Demo"}, is_suspended=False)}
    back = ["https://site.example.test/back"]
    assert found.clients == {
        "demo-site": Client("demo-site", "site", [KEY], back, None, site_id("demo-site"), 1, False, []),
        "auditor-1": Client(
            "auditor-1", "auditor", [KEY], [], None, auditor_id("auditor-1"), 1, False, [GRANT]
        ),
    }


def test_a_changed_organisation_has_its_new_clients_alone(story: Story) -> None:
    sender = Sender.register(ORGANISATION, NOON)
    story.given(*sender.new_facts())
    sender.declare(replace(ORGANISATION, clients=[ClientRecord("new", [], [])]), LATER)
    story.when(*sender.new_facts())
    assert set(snapshot(story).clients) == {"new"}
    assert snapshot(story).organisations[SENDER].version == 4


def test_a_changed_message_type_is_what_it_was_changed_to(story: Story) -> None:
    sender = Sender.register(ORGANISATION, NOON)
    changed = replace(TYPE, recipients=["citizen", "enterprise"], discreet=True)
    sender.declare(replace(ORGANISATION, message_types=[changed]), LATER)
    story.when(*sender.new_facts())
    found = snapshot(story).message_types["PENSION_STATEMENT"]
    assert (found.recipients, found.discreet) == (frozenset({"citizen", "enterprise"}), True)


def test_a_suspension_shows_on_the_registration_and_its_clients_until_it_is_lifted(story: Story) -> None:
    sender, site = Sender.register(ORGANISATION, NOON), Site.register(SITE, NOON)
    sender.declare(replace(ORGANISATION, suspended="fraud"), LATER)
    site.declare(replace(SITE, suspended="closed"), LATER)
    story.given(*sender.new_facts(), *site.new_facts())
    found = snapshot(story)
    assert found.organisations[SENDER].is_suspended
    assert found.sites["demo-site"].is_suspended
    assert all(client.is_suspended for client in found.clients.values())
    sender.declare(ORGANISATION, LATER)
    story.when(*sender.new_facts())
    assert not snapshot(story).organisations[SENDER].is_suspended
    assert not snapshot(story).clients["pensions"].is_suspended


def test_a_suspension_by_command_outlives_a_change_and_ends_by_command(story: Story) -> None:
    sender = Sender.register(ORGANISATION, NOON)
    sender.suspend("fraud", NOON)
    sender.declare(replace(ORGANISATION, long_name={"nl": "Federale Pensioendienst"}), LATER)
    story.given(*sender.new_facts())
    assert snapshot(story).organisations[SENDER].suspended == "fraud"
    assert snapshot(story).clients["pensions"].is_suspended
    sender.resume(LATER)
    story.when(*sender.new_facts())
    assert not snapshot(story).clients["pensions"].is_suspended


def test_one_suspended_client_leaves_the_others_alone(story: Story) -> None:
    two = replace(ORGANISATION, clients=[*ORGANISATION.clients, ClientRecord("second", [KEY], [])])
    sender = Sender.register(two, NOON)
    sender.suspend_client("second", "key stolen", NOON)
    story.given(*sender.new_facts())
    found = snapshot(story)
    assert {one.client_id: one.suspended for one in found.clients.values()} == {
        "pensions": None,
        "second": "key stolen",
    }
    assert not found.organisations[SENDER].is_suspended
    sender.resume_client("second", LATER)
    story.when(*sender.new_facts())
    assert not snapshot(story).clients["second"].is_suspended


def test_webhooks_are_their_owners_and_suspended_with_them(story: Story) -> None:
    hook = WebhookRecord("w", "https://pensions.example/w", ["newDocument"])
    sender = Sender.register(replace(ORGANISATION, webhooks=[hook]), NOON)
    site = Site.register(replace(SITE, webhooks=[hook], document_events=["citizen"]), NOON)
    site.suspend("leak", NOON)
    story.when(*sender.new_facts(), *site.new_facts())
    found = snapshot(story)
    events = frozenset({"newDocument"})
    assert sorted(found.webhooks, key=lambda one: one.is_suspended) == [
        Webhook("w", hook.url, events, SENDER, None, is_suspended=False),
        Webhook("w", hook.url, events, None, "demo-site", is_suspended=True),
    ]
    assert found.sites["demo-site"].document_events == frozenset({"citizen"})


def test_logos_are_known_without_their_bytes_which_are_asked_for_one_by_one(story: Story) -> None:
    logos = [LogoRecord(name, "image/png", None, b64encode(name.encode()).decode()) for name in ("b", "a")]
    sender = Sender.register(replace(ORGANISATION, presentation=Presentation(logos=logos)), NOON)
    story.given(*sender.new_facts())
    shown = snapshot(story).organisations[SENDER].shown.logos
    assert [(logo.logo_id, logo.size) for logo in shown] == [("b", 1), ("a", 1)]
    found = story.told(reference.logo, reference.ORGANISATION, SENDER, "a")
    assert found == (shown[1], b"a")
    assert story.told(reference.logo, reference.APPLICATION, SENDER, "a") is None
    sender.declare(ORGANISATION, LATER)
    story.when(*sender.new_facts())
    assert story.told(reference.logo, reference.ORGANISATION, SENDER, "a") is None


def test_a_receiving_enterprise_and_what_people_are_in_it(story: Story) -> None:
    person, mailbox = uuid4(), uuid4()
    partitions = [PartitionRecord("STAFF", {"nl": "Personeel"})]
    rules = [RoutingRule("STAFF", "PAYSLIP")]
    manager = RoleDeclaration(person, EnterpriseRole.ACCESS_MANAGER)
    reader = RoleDeclaration(person, EnterpriseRole.READER, ["STAFF"])
    declared = EnterpriseDeclaration("0884303369", mailbox, partitions, rules, [manager, reader])
    enterprise = Enterprise.register(declared, NOON)
    story.given(*enterprise.new_facts())
    assert snapshot(story).enterprises == {"0884303369": Divided(tuple(partitions), tuple(rules))}
    held = story.told(roles.held_roles, person, mailbox)
    assert [(one.role, one.partitions, one.version) for one in held] == [
        (EnterpriseRole.ACCESS_MANAGER, None, 2),
        (EnterpriseRole.READER, frozenset({"STAFF"}), 3),
    ]
    assert {one.mailbox_id for one in story.told(roles.enterprises_of, person)} == {mailbox}
    assert story.told(roles.held_roles, person, uuid4()) == []
    enterprise.declare(replace(declared, people=[manager]), LATER)
    story.when(*enterprise.new_facts())
    assert [one.role for one in story.told(roles.held_roles, person, mailbox)] == [
        EnterpriseRole.ACCESS_MANAGER
    ]


def test_whoever_registered_a_name_first_keeps_it(story: Story) -> None:
    """Another file may name the same client, application or message type: nobody acts for others by that."""
    intruder = replace(ORGANISATION, enterprise_number=OTHER, name={"nl": "Iemand anders"})
    site = SiteDeclaration({"nl": "Elders"}, ClientRecord("pensions", [KEY], []))
    story.when(*Sender.register(ORGANISATION, NOON).new_facts())
    before = snapshot(story)
    story.when(*Sender.register(intruder, LATER).new_facts(), *Site.register(site, LATER).new_facts())
    found = snapshot(story)
    assert found.clients == before.clients
    assert found.applications == before.applications
    assert found.message_types == before.message_types
