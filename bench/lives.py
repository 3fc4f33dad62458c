"""Events as a day brings them, for benchmarks of what follows the log: messages that are told and opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.access import Access, Basis, BasisKind, access_record
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.events import Event
from domain.events.access import What
from domain.events.mailbox import CreatedBecause
from domain.events.message import AttachmentRecord, BusinessDatum
from domain.events.notification import NotificationKind
from domain.identifiers import EnterpriseNumber, Ssin
from domain.ids import new_id
from domain.mailbox import Mailbox
from domain.message import Message
from domain.notification import Notification
from domain.publication import Publication
from eventstore.keystore import KeyStore

SENDER = "0206731645"
EVENTS_A_MESSAGE = 6
_START = datetime(2026, 1, 1, tzinfo=UTC)


class Lives:
    """The mailboxes of these citizens, and what happens in them."""

    def __init__(self, keys: KeyStore, citizens: list[str]) -> None:
        self._keys = keys
        self._owners = [keys.parties.find_or_create(Ssin(number)) for number in citizens]
        self._numbers = citizens
        partner = keys.parties.find_or_create(EnterpriseNumber(SENDER)).party_id
        self._partner = _actor(ActorKind.PARTNER, partner, SENDER)
        self._messages = 0

    def begin(self) -> Iterator[list[Event]]:
        """Each mailbox comes on record and is activated."""
        for owner, number in zip(self._owners, self._numbers, strict=True):
            reason = CreatedBecause.PUBLISHED_TO
            mailbox = Mailbox.create(_id(owner.mailbox_id), owner.party_id, Ssin(number), reason, _START)
            mailbox.activate("2026-01", _START)
            yield mailbox.new_facts()

    def message(self) -> Iterator[list[Event]]:
        """The next message: published, told, seen in a list and opened. Decisions, six events in all."""
        self._messages += 1
        which = self._messages % len(self._owners)
        owner, at = self._owners[which], _START + timedelta(seconds=self._messages)
        mailbox_id = _id(owner.mailbox_id)
        publication = self._publication(mailbox_id, owner.party_id, at)
        message = Message.publish(publication.publication_id, publication, at)
        yield message.new_facts()
        notification = Notification.queue(mailbox_id, message.id, NotificationKind.NEW_DOCUMENT, at)
        yield notification.new_facts()
        notification.sent(1, at)
        yield notification.new_facts()
        reader = _actor(ActorKind.CITIZEN, owner.party_id, self._numbers[which])
        basis = Basis(BasisKind.SELF, owner.party_id, 1)
        yield Access.of(mailbox_id, What.LIST, reader, basis, at).new_facts()
        main = message.published.attachments[0].id
        access = Access.of(
            mailbox_id, What.ATTACHMENT, reader, basis, at, publication_id=message.id, attachment_id=main
        )
        message.open(access.id, at)
        yield [*access.new_facts(), *message.new_facts()]

    def _publication(self, mailbox_id: UUID, party_id: UUID, at: datetime) -> Publication:
        message_id = new_id()
        return Publication(
            publication_id=message_id,
            mailbox_id=mailbox_id,
            party_id=party_id,
            fingerprint="f0" * 32,
            sender_organisation=SENDER,
            sender_application="demo.pensions",
            message_type="PENSION_STATEMENT",
            subject={"nl": "Uw pensioenoverzicht", "fr": "Votre aperçu de pension"},
            body=None,
            is_body_main=False,
            business_data=[BusinessDatum("file", None, [{"nl": "2026/000123"}])],
            attention_of=None,
            non_sensitive_title=None,
            attachments=[_attachment()],
            recipient_activated=True,
            visible_from=at,
            expires_at=at + timedelta(days=3650),
            access=access_record(self._partner, Basis(BasisKind.REGISTRATION, self._partner.party_id, 1)),
        )


def _attachment() -> AttachmentRecord:
    return AttachmentRecord(
        id=new_id(),
        object_key=f"documents/{new_id()}",
        document_key="A" * 43,
        media_type="application/pdf",
        size=100_000,
        sha256="ab" * 32,
        is_main=True,
        is_signed=False,
        file_name="overzicht.pdf",
        title=None,
    )


def _actor(kind: ActorKind, party_id: UUID, identity: str) -> Actor:
    is_citizen = kind is ActorKind.CITIZEN
    return Actor(
        kind=kind,
        party_id=party_id,
        identity=identity,
        registration_id=party_id,
        registration_version=1,
        token_sha256="5e" * 32,
        request_id=new_id(),
        site="demo-site" if is_citizen else None,
        digital_key=DigitalKey.ITSME if is_citizen else None,
        assurance_level=AssuranceLevel.HIGH,
    )


def _id(mailbox_id: UUID | None) -> UUID:
    if mailbox_id is None:
        raise TypeError("a citizen has a mailbox")
    return mailbox_id
