"""Given what happened, when somebody does this, then that is what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.access import Access, AuditLook, Basis, BasisKind, ScopeBasis, access_record
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.aggregate import AggregateRoot
from domain.errors import Conflict
from domain.events.access import AccessRecorded, What
from domain.events.audit import AuditReplayed, Look, LookedAt
from domain.events.mailbox import (
    CreatedBecause,
    EmailEntered,
    EmailRejected,
    EmailVerified,
    Frequency,
    MailboxActivated,
    MailboxCreated,
    OwnerKind,
    PreferencesChanged,
)
from domain.events.message import AttachmentRecord, MessageOpened, MessagePublished
from domain.events.notification import (
    NotificationFailed,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
)
from domain.identifiers import EnterpriseNumber, Ssin
from domain.mailbox import Mailbox
from domain.message import Message
from domain.notification import Notification
from domain.publication import Publication

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
PARTY, MAILBOX, MESSAGE, ACCESS = (UUID(int=n) for n in range(1, 5))

ACTOR = Actor(
    kind=ActorKind.CITIZEN,
    party_id=PARTY,
    identity="81050103522",
    registration_id=None,
    registration_version=0,
    token_sha256="0" * 64,
    request_id=UUID(int=9),
    site="demo-site",
    digital_key=DigitalKey.EID,
    assurance_level=AssuranceLevel.HIGH,
)
SELF = Basis(BasisKind.SELF, PARTY, 1)

LETTER = AttachmentRecord(
    UUID(int=21), "ab/1", "key", "application/pdf", 1000, "00", True, False, "letter.pdf", None
)
ANNEX = replace(LETTER, id=UUID(int=22), object_key="ab/2", is_main=False)

PUBLICATION = Publication(
    publication_id=MESSAGE,
    mailbox_id=MAILBOX,
    party_id=PARTY,
    fingerprint="f",
    sender_organisation="0206731645",
    sender_application="demo.pensions",
    message_type="PENSION_STATEMENT",
    subject={"nl": "Uw pensioen"},
    body={"nl": "Beste"},
    is_body_main=False,
    business_data=None,
    attention_of=None,
    non_sensitive_title=None,
    attachments=[LETTER, ANNEX],
    recipient_activated=True,
    visible_from=AT,
    expires_at=AT + timedelta(days=30),
    access=access_record(ACTOR, SELF),
)


def then(aggregate: AggregateRoot, *expected: type) -> None:
    assert [type(fact) for fact in aggregate.new_facts()] == list(expected)


def an_active_mailbox() -> Mailbox:
    mailbox = Mailbox.create(MAILBOX, PARTY, Ssin("81050103522"), CreatedBecause.ACTIVATED, AT)
    mailbox.activate("2026-1", AT)
    mailbox.new_facts()
    return mailbox


class TestMailbox:
    def test_a_publication_creates_it_without_activating_it(self) -> None:
        mailbox = Mailbox.create(MAILBOX, PARTY, Ssin("81050103522"), CreatedBecause.PUBLISHED_TO, AT)
        assert mailbox.activated_at is None
        [created] = mailbox.new_facts()
        assert isinstance(created, MailboxCreated)
        assert (created.owner_kind, created.identifier) == (OwnerKind.CITIZEN, "81050103522")

    def test_an_enterprise_s_mailbox(self) -> None:
        number = EnterpriseNumber("0884303369")
        mailbox = Mailbox.create(MAILBOX, PARTY, number, CreatedBecause.PUBLISHED_TO, AT)
        assert mailbox.owner_kind is OwnerKind.ENTERPRISE

    def test_activating_twice_is_recorded_once(self) -> None:
        mailbox = Mailbox.create(MAILBOX, PARTY, Ssin("81050103522"), CreatedBecause.ACTIVATED, AT)
        mailbox.activate("2026-1", AT)
        mailbox.activate("2026-2", LATER)
        then(mailbox, MailboxCreated, MailboxActivated)

    def test_no_address_before_activation(self) -> None:
        mailbox = Mailbox.create(MAILBOX, PARTY, Ssin("81050103522"), CreatedBecause.PUBLISHED_TO, AT)
        with pytest.raises(Conflict):
            mailbox.enter_email("an@example.test", AT)

    def test_an_address_counts_once_verified(self) -> None:
        mailbox = an_active_mailbox()
        mailbox.enter_email("an@example.test", AT)
        assert not mailbox.is_verified
        mailbox.verify_email(AT)
        mailbox.verify_email(LATER)
        assert mailbox.is_verified
        then(mailbox, EmailEntered, EmailVerified)

    def test_a_new_address_has_to_be_verified_again(self) -> None:
        mailbox = an_active_mailbox()
        mailbox.enter_email("an@example.test", AT)
        mailbox.verify_email(AT)
        mailbox.enter_email("an@example.test", LATER)
        assert mailbox.is_verified
        mailbox.enter_email("other@example.test", LATER)
        assert not mailbox.is_verified

    def test_verifying_nothing(self) -> None:
        with pytest.raises(Conflict):
            an_active_mailbox().verify_email(AT)

    def test_a_rejected_address_is_gone(self) -> None:
        mailbox = an_active_mailbox()
        mailbox.enter_email("an@example.test", AT)
        mailbox.reject_email("550", LATER)
        mailbox.reject_email("550", LATER)
        assert mailbox.address is None
        then(mailbox, EmailEntered, EmailRejected)

    def test_preferences(self) -> None:
        mailbox = an_active_mailbox()
        mailbox.prefer(language="fr", frequency=Frequency.DAILY, at=AT)
        assert (mailbox.language, mailbox.frequency) == ("fr", Frequency.DAILY)
        then(mailbox, PreferencesChanged)


class TestMessage:
    def test_published_into_a_mailbox(self) -> None:
        message = Message.publish(MESSAGE, PUBLICATION, AT)
        [published] = message.new_facts()
        assert isinstance(published, MessagePublished)
        assert (published.originator_id, published.originator_version) == (MESSAGE, 1)
        assert published.subject == {"nl": "Uw pensioen"}

    def test_opened_once_however_often_it_is_read(self) -> None:
        message = Message.publish(MESSAGE, PUBLICATION, AT)
        message.new_facts()
        message.open(ACCESS, LATER)
        message.open(UUID(int=7), LATER)
        assert message.opened_at == LATER
        [opened] = message.new_facts()
        assert isinstance(opened, MessageOpened)
        assert opened.access_id == ACCESS

    def test_only_the_main_content_opens_it(self) -> None:
        message = Message.publish(MESSAGE, PUBLICATION, AT)
        assert message.is_main(What.ATTACHMENT, LETTER.id)
        assert not message.is_main(What.ATTACHMENT, ANNEX.id)
        assert not message.is_main(What.ATTACHMENT, UUID(int=77))
        assert not message.is_main(What.BODY)
        with_body = Message.publish(MESSAGE, replace(PUBLICATION, is_body_main=True), AT)
        assert with_body.is_main(What.BODY)


class TestNotification:
    def test_queued_under_an_id_that_a_repeat_meets(self) -> None:
        first, again = (
            Notification.queue(MAILBOX, MESSAGE, NotificationKind.NEW_DOCUMENT, at) for at in (AT, LATER)
        )
        assert first.id == again.id
        then(first, NotificationQueued)

    def test_sent_is_the_end_of_it(self) -> None:
        notification = Notification.queue(MAILBOX, MESSAGE, NotificationKind.NEW_DOCUMENT, AT)
        notification.failed(permanent=False, smtp_code=451, reason="greylisted", at=AT)
        notification.sent(2, LATER)
        notification.sent(3, LATER)
        notification.failed(permanent=True, smtp_code=550, reason="unknown", at=LATER)
        then(notification, NotificationQueued, NotificationFailed, NotificationSent)

    def test_a_permanent_failure_is_the_end_of_it(self) -> None:
        notification = Notification.queue(MAILBOX, MESSAGE, NotificationKind.NEW_DOCUMENT, AT)
        notification.failed(permanent=True, smtp_code=550, reason="unknown", at=LATER)
        notification.sent(2, LATER)
        then(notification, NotificationQueued, NotificationFailed)


class TestAccess:
    def test_an_access_tells_who_through_which_site_and_why(self) -> None:
        access = Access.of(MAILBOX, What.BODY, ACTOR, SELF, AT, publication_id=MESSAGE)
        [recorded] = access.new_facts()
        assert isinstance(recorded, AccessRecorded)
        assert recorded.access.actor == "81050103522"
        assert (recorded.access.site, recorded.access.digital_key) == ("demo-site", "eid")
        assert (recorded.access.basis.kind, recorded.access.basis.id) == ("self", PARTY)

    def test_a_look_tells_the_scope_its_case_and_purpose_and_the_embargo(self) -> None:
        auditor = replace(ACTOR, kind=ActorKind.AUDITOR)
        under = ScopeBasis(BasisKind.AUDIT_SCOPE, PARTY, 2, "case-7", "complaint", LATER)
        [looked] = AuditLook.of(
            Look.ACCESS_HISTORY, MAILBOX, auditor, under, AT, LookedAt(message_id=MESSAGE)
        ).new_facts()
        assert isinstance(looked, AuditReplayed)
        assert (looked.case, looked.purpose, looked.mailbox_id) == ("case-7", "complaint", MAILBOX)
        assert (looked.scope_id, looked.embargo_until, looked.access.basis.version) == (PARTY, LATER, 2)
        assert looked.asked.message_id == MESSAGE
