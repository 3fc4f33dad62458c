"""The documents that only an erased person had leave the object store, with every version that it keeps.

Of what went to others too, their copies stay readable: the object is theirs as well. A sender's kept document
is the sender's. First the object, then the event: broken off in between, the next run finds it gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.publications import Publications
from domain.clock import Clock
from domain.events.message import DocumentsPurged
from domain.mailbox import Mailbox
from domain.message import Message
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from storage.documents import DocumentStore
from threads import BoundedThreads

ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Removed:
    """How many documents went with the erasure, and the ids of all that ever happened to the message."""

    documents: int
    events: list[UUID]


class ErasedDocuments:
    """Removes them, message by message."""

    def __init__(
        self,
        *,
        events: EventStore,
        documents: DocumentStore,
        publications: Publications,
        threads: BoundedThreads,
        clock: Clock,
    ) -> None:
        self._events = events
        self._documents = documents
        self._publications = publications
        self._threads = threads
        self._clock = clock

    async def of_message(self, message_id: UUID, since: datetime) -> Removed:
        """Remove its documents; those that left before the erasure (`since`) are not counted.

        Raises `Busy`, `Unavailable`, `StorageUnavailable`.
        """
        for attempt in range(1, ATTEMPTS + 1):
            message = await self._publications.message(message_id)
            if message is None:
                return Removed(0, [])
            own = [one for one in message.published.attachments if one.document_id is None]
            unneeded = [] if own and await self._is_others_too(message) else own
            if message.published.attachments and not message.is_purged:
                for attachment in unneeded:
                    await self._documents.erase(attachment.object_key)
                message.purge(self._clock.now())
            facts = message.new_facts()
            try:
                if facts:
                    await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return await self._removed(message_id, len(unneeded), since)
        raise AssertionError("the last attempt returns or raises")

    async def _removed(self, message_id: UUID, documents: int, since: datetime) -> Removed:
        events = await self._threads.run(self._events.events_of, message_id)
        purged = [one.timestamp for one in events if isinstance(one, DocumentsPurged)]
        went_now = bool(purged) and purged[-1] >= since
        return Removed(documents if went_now else 0, [one.event_id for one in events])

    async def _is_others_too(self, message: Message) -> bool:
        """Whether another recipient of the publication has its documents."""
        publication_id = message.published.publication_id
        for stream in (publication_id, *await self._publications.further(publication_id)):
            if stream != message.id:
                other = await self._publications.message(stream)
                if other is not None and not (other.is_purged or await self._is_erased(other)):
                    return True
        return False

    async def _is_erased(self, message: Message) -> bool:
        """Whether the log says so of its owner: unreadable alone may be an erasure that is taken back."""
        mailbox = await self._events.get(message.published.mailbox_id)
        return isinstance(mailbox, Mailbox) and mailbox.is_erased
