"""A message in a mailbox: what was published, and whether its reader has opened it."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.events.access import What
from domain.events.base import Event
from domain.events.message import AttachmentRecord, MessageOpened, MessagePublished
from domain.publication import Publication

_FACTS = tuple(field.name for field in fields(Publication))


class Message(AggregateRoot):
    """One recipient's copy of a publication; its stream's id is the message's."""

    TOPIC = "message"

    def __init__(self) -> None:
        self.opened_at: datetime | None = None

    @classmethod
    def publish(cls, message_id: UUID, publication: Publication, at: datetime) -> Message:
        """Put the message into the recipient's mailbox."""
        facts = {name: getattr(publication, name) for name in _FACTS}
        return cls.begin(MessagePublished, message_id, at, **facts)

    def open(self, access_id: UUID, at: datetime) -> None:
        """The first time bytes of the main content leave. Later times change nothing."""
        if self.opened_at is None:
            self.record(MessageOpened, at, access_id=access_id)

    def attachment(self, attachment_id: UUID) -> AttachmentRecord | None:
        """The attachment of this id, or None."""
        return next((one for one in self.published.attachments if one.id == attachment_id), None)

    def is_readable(self, at: datetime) -> bool:
        """Whether its owner may read it at that moment: visible already, and not expired."""
        return self.published.visible_from <= at < self.published.expires_at

    def is_main(self, what: What, attachment_id: UUID | None = None) -> bool:
        """Whether this part is the main content, so that reading it opens the message."""
        if what is What.BODY:
            return self.published.is_body_main
        attachment = self.attachment(attachment_id) if attachment_id else None
        return attachment is not None and attachment.is_main

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: MessagePublished) -> None:
        self.published = event

    @when.register
    def _(self, event: MessageOpened) -> None:
        self.opened_at = event.timestamp
