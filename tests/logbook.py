"""Events, parties and stores for tests of the event store."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from domain.events import Event
from domain.events.access import AccessRecord, BasisRecord
from domain.events.mailbox import CreatedBecause, EmailEntered, MailboxCreated, OwnerKind
from domain.events.message import AttachmentRecord, MessageOpened, MessagePublished
from domain.identifiers import IdentifierScheme, Ssin
from eventstore.backend import backend_for
from eventstore.keys import KeyEncryption, KeyRing
from eventstore.keystore import KeyStore
from eventstore.store import EventStore

NOW = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
KEY_ENCRYPTION_KEY = bytes(range(32))
IDENTIFIER_KEY = bytes(range(32, 64))
CITIZEN = Ssin("85073003328")

E = TypeVar("E", bound=Event)


def key_store_at(url: str) -> KeyStore:
    """A key store at this URL, under fixed keys."""
    return KeyStore(url, key_encryption=KeyEncryption(KEY_ENCRYPTION_KEY), identifier_key=IDENTIFIER_KEY)


@contextmanager
def a_key_store(directory: Path) -> Iterator[KeyStore]:
    """An empty key store in a file."""
    store = key_store_at(f"sqlite:///{directory}/keys.sqlite")
    store.create_tables()
    try:
        yield store
    finally:
        store.close()


@contextmanager
def an_event_store(url: str, keys: KeyRing, **options: int) -> Iterator[EventStore]:
    """An event store at this URL, its tables made."""
    backend = backend_for(url)
    backend.create_tables()
    store = EventStore(backend, keys, **options)
    try:
        yield store
    finally:
        store.close()


def know(keys: KeyRing, party: UUID, key: bytes | None = None) -> UUID:
    """Give the ring this party's key; a random one unless given."""
    keys.learn(party, keys.key_encryption.wrap(party, key or os.urandom(32)))
    return party


def event_of(event_class: type[E], **fields: Any) -> E:
    """An event with these fields. (The library makes their constructors at run time.)"""
    return event_class(**fields)


def changed(event: E, **fields: Any) -> E:
    """The event with some fields changed."""
    return event_of(type(event), **(vars(event) | fields))


def an_opening(stream: UUID | None = None, version: int = 1) -> MessageOpened:
    """An event without anything personal."""
    return event_of(
        MessageOpened,
        originator_id=stream or uuid4(),
        originator_version=version,
        timestamp=NOW,
        event_id=uuid4(),
        access_id=uuid4(),
    )


def an_address(party: UUID, address: str, stream: UUID | None = None, version: int = 1) -> EmailEntered:
    """An event with one personal field."""
    return event_of(
        EmailEntered,
        originator_id=stream or uuid4(),
        originator_version=version,
        timestamp=NOW,
        event_id=uuid4(),
        party_id=party,
        address=address,
    )


def a_mailbox(party: UUID, identifier: str) -> MailboxCreated:
    """A first event."""
    return event_of(
        MailboxCreated,
        originator_id=uuid4(),
        originator_version=1,
        timestamp=NOW,
        originator_topic="mailbox",
        event_id=uuid4(),
        party_id=party,
        owner_kind=OwnerKind.CITIZEN,
        scheme=IdentifierScheme.SSIN,
        identifier=identifier,
        because=CreatedBecause.PUBLISHED_TO,
    )


def an_access(actor_party: UUID, actor: str = "0316380841") -> AccessRecord:
    """Who acted."""
    return AccessRecord(
        actor_party=actor_party,
        actor=actor,
        actor_kind="partner",
        site=None,
        digital_key=None,
        assurance_level="low",
        basis=BasisRecord("registration", uuid4(), 3),
        token_sha256="5e" * 32,
        request_id=uuid4(),
    )


def an_attachment(file_name: str, title: dict[str, str] | None = None) -> AttachmentRecord:
    """A file of a message."""
    return AttachmentRecord(
        id=uuid4(),
        object_key="ab/cd",
        document_key=base64.urlsafe_b64encode(bytes(32)).decode().rstrip("="),
        media_type="application/pdf",
        size=12_345,
        sha256="ab" * 32,
        is_main=True,
        is_signed=False,
        file_name=file_name,
        title=title,
    )


def a_publication(
    party: UUID,
    actor_party: UUID,
    subject: dict[str, str],
    body: dict[str, str] | None = None,
    attachments: list[AttachmentRecord] | None = None,
) -> MessagePublished:
    """The event with the most personal fields."""
    publication = uuid4()
    return event_of(
        MessagePublished,
        originator_id=publication,
        originator_version=1,
        timestamp=NOW,
        originator_topic="message",
        event_id=uuid4(),
        publication_id=publication,
        mailbox_id=uuid4(),
        party_id=party,
        fingerprint="f0" * 32,
        sender_organisation="0316380841",
        sender_application="taxes",
        sender_partition=None,
        on_behalf_of=None,
        message_type="assessment",
        language="nl",
        subject=subject,
        body=body,
        is_body_main=body is not None,
        business_data=None,
        payment=None,
        attention_of=None,
        non_sensitive_title=None,
        attachments=[] if attachments is None else attachments,
        recipient_partition=None,
        recipient_activated=True,
        reply_authorised=False,
        original_message=None,
        registered=False,
        confirmation_needed=False,
        visible_from=NOW,
        due_at=None,
        expires_at=NOW,
        access=an_access(actor_party),
        sender_kind="enterprise",
        sender_number=None,
    )


def raw(stream: UUID, version: int, state: bytes = b"{}", topic: str = "message.opened") -> StoredEvent:
    """Stored bytes, for tests of recorders, to which they mean nothing."""
    return StoredEvent(originator_id=stream, originator_version=version, topic=topic, state=state)
