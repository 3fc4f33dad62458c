"""Reference data after these events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.auditor import Auditor
from domain.declarations import (
    ApplicationDeclaration,
    AuditorDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    SiteDeclaration,
)
from domain.events.auditor import AuditGrant
from domain.events.reference import ClientRecord, Validity
from domain.ids import auditor_id, sender_id, site_id
from domain.partner import Sender
from domain.reference import MessageType, Organisation, SenderApplication
from domain.reference import Site as RegisteredSite
from domain.site import Site
from projections import reference
from projections.reference import Client, ReferenceSnapshot
from tests.unit.projections.story import NOON, SENDER, Story

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
