"""Erasures and legal holds, decided; and what an erased owner's messages still allow."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from application.erasing.consents import check, new_officer_key, public_half, sign
from audit.leaf import AFTER_ERASURE
from domain.erasure import APPROVE, Erasure, text_of
from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.events import EVENTS
from domain.events.erasure import Consent
from domain.events.mailbox import CreatedBecause
from domain.identifiers import Ssin
from domain.mailbox import Mailbox

AT = datetime(2026, 5, 6, 7, 8, 9, 101112, tzinfo=UTC)
MAILBOX = UUID("7d7d7d7d-0000-4000-8000-00000000b0c5")
ERASURE = UUID("11111111-2222-4333-8444-555555555555")


def by(officer: str) -> Consent:
    """An officer's consent that was checked."""
    return Consent(officer, f"thumbprint of {officer}", "signature")


def asked(requested_by: Consent | None = None) -> Erasure:
    """A new request."""
    return Erasure.request(
        uuid4(), mailbox_id=MAILBOX, party_id=uuid4(), legal_basis="law", requested_by=requested_by, at=AT
    )


def a_mailbox() -> Mailbox:
    """Of somebody who was never there."""
    return Mailbox.create(MAILBOX, uuid4(), Ssin("85073003328"), CreatedBecause.PUBLISHED_TO, AT)


def test_two_officers_approve_and_it_is_completed_once() -> None:
    erasure = asked()
    assert erasure.state == "requested"
    for officer in ("one", "two"):
        with pytest.raises(Conflict, match="more officers"):
            erasure.require_approved()
        erasure.approve(by(officer), AT)
    assert erasure.state == "approved"
    for _ in range(2):
        erasure.complete(messages=1, documents=2, backups_until=None, at=AT)
    assert [one.TOPIC for one in erasure.new_facts()] == [
        "erasure.requested",
        "erasure.approved",
        "erasure.approved",
        "erasure.completed",
    ]


def test_one_key_does_not_approve_under_two_names() -> None:
    erasure = asked(by("zero"))
    erasure.approve(by("one"), AT)
    with pytest.raises(Conflict, match="different one"):
        erasure.approve(Consent("two", "thumbprint of one", "signature"), AT)
    for requester in (by("zero"), Consent("three", "thumbprint of zero", "signature")):
        with pytest.raises(NotAllowed, match="another officer"):
            erasure.approve(requester, AT)


def test_the_text_that_is_signed_never_changes() -> None:
    text = text_of(
        APPROVE, erasure_id=ERASURE, mailbox_id=MAILBOX, legal_basis="GDPR\narticle  17", requested_at=AT
    )
    assert text == (
        "eBox erasure 1\n"
        "approve\n"
        "erasure 11111111-2222-4333-8444-555555555555\n"
        "mailbox 7d7d7d7d-0000-4000-8000-00000000b0c5\n"
        "legal basis GDPR article 17\n"
        "requested 2026-05-06T07:08:09.101112+00:00\n"
    )


def test_a_signature_is_good_for_its_text_and_its_key_alone() -> None:
    key = new_officer_key("privacy-1")
    consent = sign(key, "this")
    check(consent, public_half(key), "this")
    with pytest.raises(NotAllowed):
        check(consent, public_half(key), "that")
    with pytest.raises(NotAllowed):
        check(consent, public_half(new_officer_key("privacy-1")), "this")
    assert "d" not in public_half(key)


def test_only_an_officers_private_key_signs() -> None:
    key = new_officer_key("privacy-1")
    for wrong in (public_half(key), {**key, "kid": None}, {**key, "crv": "P-521"}, {**key, "x": "!"}, {}):
        with pytest.raises(InvalidInput):
            sign(wrong, "this")
    with pytest.raises(InvalidInput):
        new_officer_key("somebody's name")


def test_a_held_mailbox_is_not_erased_and_an_erased_one_not_held() -> None:
    mailbox = a_mailbox()
    mailbox.freeze("investigation", AT)
    mailbox.freeze("another one", AT)
    with pytest.raises(Conflict, match="investigation"):
        mailbox.erase_owner("law", AT)
    for _ in range(2):
        mailbox.unfreeze(AT)
    for _ in range(2):
        mailbox.erase_owner("law", AT)
    with pytest.raises(Conflict, match="nothing left"):
        mailbox.freeze("too late", AT)
    assert [one.TOPIC for one in mailbox.new_facts()] == [
        "mailbox.created",
        "mailbox.frozen",
        "mailbox.unfrozen",
        "mailbox.owner_erased",
    ]


def test_what_may_follow_an_erasure_are_events_that_there_are() -> None:
    assert set(EVENTS) >= AFTER_ERASURE
