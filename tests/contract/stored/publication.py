"""Events of a publication to several recipients."""

from __future__ import annotations

from domain.events import Event
from domain.events.publication import LinkingBegun, PublicationClosed, PublicationLinked
from tests.contract.stored.common import ACCESS, MAILBOX, OTHER, event, first

EXPECTED: dict[str, Event] = {
    "publication.linking_begun.v1": first(
        LinkingBegun, "publication", publication_id=OTHER, sender_organisation="0316380841"
    ),
    "publication.linked.v1": event(PublicationLinked, mailboxes=[MAILBOX, OTHER], access=ACCESS),
    "publication.closed.v1": event(PublicationClosed, access=ACCESS),
}
