"""A publication that goes on to further mailboxes than its first."""

from __future__ import annotations

from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import Event, FirstEvent, recorded_as


@recorded_as("publication.linking_begun")
class LinkingBegun(FirstEvent):
    """From now on the stream says to which recipients but the first it goes."""

    publication_id: UUID
    sender_organisation: str


@recorded_as("publication.linked")
class PublicationLinked(Event):
    """A message of it was put into each of these mailboxes, in the same append."""

    mailboxes: list[UUID]
    access: AccessRecord


@recorded_as("publication.closed")
class PublicationClosed(Event):
    """Its sender took it back from everybody: it goes to no further mailbox."""

    access: AccessRecord
