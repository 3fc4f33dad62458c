"""Given these events, when those happen, then a reader is told this: the teller, and its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection

from domain.access import Access, AuditLook, Basis, BasisKind, ScopeBasis, access_record
from domain.actors import Actor, ActorKind, AssuranceLevel, AuditScope, DigitalKey
from domain.events import Event
from domain.events.access import AccessRecord, What
from domain.events.audit import Look, LookedAt
from domain.events.mailbox import CreatedBecause
from domain.events.message import AttachmentRecord
from domain.events.notification import NotificationKind
from domain.identifiers import Ssin
from domain.mailbox import Mailbox
from domain.message import Message
from domain.notification import Notification
from domain.publication import Publication
from projections import progress
from projections.database import ReadDatabase
from projections.model import Located
from projections.models import READ_MODELS
from projections.runner import apply_page

E = TypeVar("E", bound=Event)
T = TypeVar("T")
P = ParamSpec("P")

NOON = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)
SENDER = "0206731645"
CITIZEN = Ssin("81050103522")
GAP = 3
"""Positions have gaps: aborted inserts leave them."""


class Story:
    """Events as they happen, and what a reader is told after them.

    `page_events` is how many the runner takes at once: whatever it is, readers must be told the same.
    """

    def __init__(self, database: ReadDatabase, page_events: int) -> None:
        self.database = database
        self.position = 0
        self._page_events = page_events
        with database.writing() as connection:
            progress.begin(connection, [model.name for model in READ_MODELS])
            self._done = progress.load(connection)

    def given(self, *events: Event) -> Self:
        """These events happened."""
        located = self._locate(events)
        for start in range(0, len(located), self._page_events):
            page = located[start : start + self._page_events]
            self._done |= apply_page(self.database, READ_MODELS, self._done, page)
        return self

    when = given

    def told(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a query answers."""
        return self.database.read(query, *args, **kwargs)

    def _locate(self, events: Sequence[Event]) -> list[Located]:
        start, self.position = self.position, self.position + GAP * len(events)
        return [(start + GAP * number, event) for number, event in enumerate(events, start=1)]


def a_mailbox(party_id: UUID, mailbox_id: UUID | None = None, at: datetime = NOON) -> Mailbox:
    """A citizen's mailbox, just created."""
    return Mailbox.create(mailbox_id or uuid4(), party_id, CITIZEN, CreatedBecause.PUBLISHED_TO, at)


def a_message(
    mailbox_id: UUID,
    *,
    at: datetime = NOON,
    party_id: UUID | None = None,
    visible_from: datetime | None = None,
    expires_at: datetime | None = None,
    **facts: Any,
) -> Message:
    """A message of our sender with one PDF of 1,000 bytes; `facts` are those of the publication."""
    message_id = uuid4()
    standard: dict[str, Any] = {
        "sender_organisation": SENDER,
        "sender_application": "demo.pensions",
        "message_type": "PENSION_STATEMENT",
        "subject": {"nl": "Uw pensioen", "fr": "Votre pension"},
        "body": None,
        "is_body_main": False,
        "business_data": None,
        "attention_of": None,
        "non_sensitive_title": None,
        "attachments": [an_attachment()],
        "recipient_activated": True,
        "access": registered(a_partner()),
    }
    publication = Publication(
        publication_id=message_id,
        mailbox_id=mailbox_id,
        party_id=party_id or uuid4(),
        fingerprint="f0" * 32,
        visible_from=visible_from or at,
        expires_at=expires_at or at + timedelta(days=3650),
        **standard | facts,
    )
    return Message.publish(message_id, publication, at)


def registered(partner: Actor) -> AccessRecord:
    """The partner acts on the second version of its registration."""
    return access_record(partner, Basis(BasisKind.REGISTRATION, uuid4(), 2))


def an_attachment(size: int = 1000, **facts: Any) -> AttachmentRecord:
    """A file of a message; `facts` replace its own."""
    standard: dict[str, Any] = {
        "id": uuid4(),
        "object_key": "ab/cd",
        "document_key": "A" * 43,
        "media_type": "application/pdf",
        "size": size,
        "sha256": "ab" * 32,
        "is_main": True,
        "is_signed": False,
        "file_name": "pensioen.pdf",
        "title": None,
    }
    return AttachmentRecord(**standard | facts)


def an_access(message: Message, reader: Actor, at: datetime, attachment_id: UUID | None = None) -> Access:
    """The reader reads the message, or one attachment of it."""
    return Access.of(
        message.published.mailbox_id,
        What.ATTACHMENT if attachment_id else What.MESSAGE,
        reader,
        Basis(BasisKind.SELF, reader.party_id, 1),
        at,
        publication_id=message.published.publication_id,
        attachment_id=attachment_id,
    )


def opening(message: Message, reader: Actor, at: datetime) -> list[Event]:
    """The reader reads the main attachment, which opens the message: both facts."""
    main = next(one for one in message.published.attachments if one.is_main)
    access = an_access(message, reader, at, main.id)
    message.open(access.id, at)
    return [*access.new_facts(), *message.new_facts()]


def a_look(
    auditor: Actor, mailbox_id: UUID | None, at: datetime, embargo_until: datetime | None = None
) -> AuditLook:
    """The auditor looks at a mailbox's access history of January."""
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    under = ScopeBasis(BasisKind.AUDIT_SCOPE, uuid4(), 2, "2026/17", "complaint", embargo_until)
    asked = LookedAt(mailbox_id=mailbox_id, start=start, end=end)
    return AuditLook.of(Look.ACCESS_HISTORY, mailbox_id, auditor, under, at, asked)


def a_notification(message: Message, at: datetime) -> Notification:
    """The owner will be told that the message awaits."""
    return Notification.queue(message.published.mailbox_id, message.id, NotificationKind.NEW_DOCUMENT, at)


def a_partner(party_id: UUID | None = None) -> Actor:
    """Our sender's client."""
    return _actor(ActorKind.PARTNER, SENDER, party_id=party_id or uuid4(), organisation=SENDER)


def a_citizen(party_id: UUID | None = None) -> Actor:
    """A citizen who reads through the demo site."""
    return _actor(
        ActorKind.CITIZEN,
        CITIZEN.number,
        party_id=party_id or uuid4(),
        site="demo-site",
        digital_key=DigitalKey.ITSME,
        assurance_level=AssuranceLevel.HIGH,
    )


def an_auditor(party_id: UUID | None = None) -> Actor:
    """An auditor with a case."""
    return _actor(
        ActorKind.AUDITOR,
        "auditor-1",
        party_id=party_id or uuid4(),
        assurance_level=AssuranceLevel.HIGH,
        audit_scope=AuditScope("2026/17", "complaint", None),
    )


def _actor(kind: ActorKind, identity: str, **facts: Any) -> Actor:
    standard: dict[str, Any] = {
        "registration_id": uuid4(),
        "registration_version": 1,
        "token_sha256": "5e" * 32,
        "request_id": uuid4(),
    }
    return Actor(kind=kind, identity=identity, **standard | facts)


def as_erased(event: E, **facts: Any) -> E:
    """The event as it reads with these facts in place of its own."""
    clone = object.__new__(type(event))
    clone.__dict__.update(vars(event) | facts)
    return clone
