"""What a CloudEvent says beyond its event: the publication that it is about, and whose mailbox it is in.

Read from the streams themselves: they are complete at the event's position, which no read model need be, and
no table of ours has to grow with the log.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from domain.errors import NotFound
from domain.events import Event
from domain.events.mailbox import OwnerKind
from domain.events.message import MessagePublished
from domain.mailbox import Mailbox
from domain.personal import readable
from eventstore.cache import BoundedCache
from eventstore.store import EventStore
from webhooks.cloudevents import Owner
from webhooks.occasions import occasion_of

OWNERS: Final = 20_000
OWNER_SECONDS: Final = 600.0


class LookUps:
    """Looks at streams; blocks."""

    def __init__(self, events: EventStore) -> None:
        self._events = events
        self._owners: BoundedCache[UUID, Owner] = BoundedCache(OWNERS)

    def published(self, event: Event) -> MessagePublished | None:
        """How the message of this event was published; None where its stream is no message's."""
        if isinstance(event, MessagePublished):
            return event
        first = self._events.first_event(event.originator_id)
        return first if isinstance(first, MessagePublished) else None

    def told_of(self, message_id: UUID) -> list[UUID]:
        """The events of this message that receivers are told of."""
        return [one.event_id for one in self._events.events_of(message_id) if occasion_of(one)]

    def owner(self, mailbox_id: UUID) -> Owner | None:
        """Whose mailbox it is; None where there is none."""
        known = self._owners.get(mailbox_id, None)
        if known is not None:
            return known
        mailbox = self._mailbox(mailbox_id)
        if mailbox is None:
            return None
        is_enterprise = mailbox.owner_kind is OwnerKind.ENTERPRISE
        owner = Owner(mailbox.owner_kind, readable(mailbox.identifier) if is_enterprise else None)
        self._owners.put(mailbox_id, owner, OWNER_SECONDS)
        return owner

    def _mailbox(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = self._events.load(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None
