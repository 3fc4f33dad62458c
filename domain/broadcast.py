"""One publication in many mailboxes: to which further ones it went, so that all can be found again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.errors import Conflict
from domain.events.access import AccessRecord
from domain.events.base import Event
from domain.events.publication import LinkingBegun, PublicationClosed, PublicationLinked
from domain.ids import broadcast_id, message_id


class Broadcast(AggregateRoot):
    """The further recipients of a publication; its first has the message that the publication is named by."""

    TOPIC = "publication"

    def __init__(self) -> None:
        self.mailboxes: set[UUID] = set()
        self.is_closed = False

    @classmethod
    def of(cls, publication: UUID, sender_organisation: str, at: datetime) -> Broadcast:
        """A publication that went to its first recipient alone so far."""
        return cls.begin(
            LinkingBegun,
            broadcast_id(publication),
            at,
            publication_id=publication,
            sender_organisation=sender_organisation,
        )

    def link(self, mailboxes: Iterable[UUID], access: AccessRecord, at: datetime) -> list[UUID]:
        """It goes to these mailboxes too; those that do not have it yet, in the order given.

        Raises `Conflict` once it was taken back from everybody.
        """
        if self.is_closed:
            raise Conflict("the publication was withdrawn or recalled")
        new = [one for one in dict.fromkeys(mailboxes) if one not in self.mailboxes]
        if new:
            self.record(PublicationLinked, at, mailboxes=new, access=access)
        return new

    def close(self, access: AccessRecord, at: datetime) -> None:
        """It is taken back from everybody. Whoever sends it on at this moment meets that in the stream."""
        if not self.is_closed:
            self.record(PublicationClosed, at, access=access)

    def messages(self) -> list[UUID]:
        """The streams of the further recipients' messages."""
        return [message_id(self.publication_id, one) for one in self.mailboxes]

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: LinkingBegun) -> None:
        self.publication_id = event.publication_id
        self.sender_organisation = event.sender_organisation

    @when.register
    def _(self, event: PublicationLinked) -> None:
        self.mailboxes.update(event.mailboxes)

    @when.register
    def _(self, event: PublicationClosed) -> None:
        self.is_closed = True
