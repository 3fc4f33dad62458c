"""Retention: documents that no message needs any more leave the object store.

Of a publication in many mailboxes, the last message to go takes the documents along; the others say in their
own streams whether they still need them. What a sender keeps with us for many messages goes when its own time
is over: none of them lives longer. What is in a mailbox under a legal hold stays.

First the objects, then the event: killed in between, the next run finds them gone and says so. The message's
own facts stay in the log; what it was about can be proved, what it said cannot be read any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from application.holds import Holds
from application.publications import Publications
from domain.clock import Clock
from domain.document import Document
from domain.message import Message
from eventstore.cache import BoundedCache
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from projections import kept_documents, timetable
from projections.database import ReadDatabase
from projections.kept_documents import KeptDocument
from projections.timetable import DueMessage
from storage.documents import DocumentStore

PAGE = 100
ATTEMPTS = 3
REMEMBERED = 1_000
REMEMBERED_SECONDS = 3600.0
"""How many publications that nobody can read any more are remembered, and for how long."""


@dataclass(frozen=True, slots=True)
class Purged:
    """A message, or a kept document, that has no documents any more; those removed with it, in bytes."""

    stream: UUID
    documents: int
    size: int


class Retention:
    """Purges documents. `grace` is how long they stay after their message expired.

    `second_clock` is another machine's, where there is one: of the two, the earlier moment counts.
    """

    def __init__(
        self,
        *,
        events: EventStore,
        database: ReadDatabase,
        documents: DocumentStore,
        publications: Publications,
        clock: Clock,
        grace: timedelta,
        second_clock: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._events = events
        self._publications = publications
        self._database = database
        self._documents = documents
        self._clock = clock
        self._grace = grace
        self._second_clock = second_clock
        self._holds = Holds(events, database)
        self._over: BoundedCache[UUID, bool] = BoundedCache(REMEMBERED)

    async def due(self) -> int:
        """How many messages have documents to purge, and how many kept documents are to go."""
        until = await self._until()
        messages = await self._database.run(timetable.count_expired, until)
        return messages + await self._database.run(kept_documents.count_over, until)

    async def run(self) -> AsyncIterator[Purged]:
        """Purge what is due, one by one. May be interrupted and run again.

        Raises `Unavailable` and `StorageUnavailable`; what was purged until then is on record.
        """
        until = await self._until()
        last: DueMessage | None = None
        while page := await self._database.run(timetable.expired, until, limit=PAGE, after=last):
            for one in page:
                purged = await self._purge(one.message_id)
                if purged is not None:
                    yield purged
            last = page[-1]
        held = await self._holds.kept_documents()
        after: KeptDocument | None = None
        while over := await self._database.run(kept_documents.over, until, limit=PAGE, after=after):
            for document in over:
                if document.document_id in held:
                    continue
                purged = await self._purge_kept(document.document_id)
                if purged is not None:
                    yield purged
            after = over[-1]

    async def _until(self) -> datetime:
        now = self._clock.now()
        return min(now, await self._second_clock() or now) - self._grace

    async def _purge(self, message_id: UUID) -> Purged | None:
        for attempt in range(1, ATTEMPTS + 1):
            message = await self._events.get(message_id)
            if not isinstance(message, Message):
                raise TypeError(f"stream {message_id} is not a message")
            if message.is_purged or await self._holds.is_held(message.published.mailbox_id):
                return None
            message.purge(self._clock.now())
            own = [one for one in message.published.attachments if one.document_id is None]
            unneeded = [] if own and await self._is_needed_by_others(message) else own
            for attachment in unneeded:
                await self._documents.erase(attachment.object_key)
            try:
                await self._events.append(*message.new_facts())
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return Purged(message_id, len(unneeded), sum(one.size for one in unneeded))
        raise AssertionError("the last attempt returns or raises")

    async def _is_needed_by_others(self, message: Message) -> bool:
        """Whether another recipient of the publication can still read, or come to read, its documents, or
        has them under a legal hold.

        Once nobody does, nobody will again: what is over is sent on to nobody. So the first message to find
        that out looks at all the others, and not each of them at each.
        """
        publication_id = message.published.publication_id
        if self._over.get(publication_id, False):
            return False
        for stream in (publication_id, *await self._publications.further(publication_id)):
            if stream != message.id:
                other = await self._publications.message(stream)
                if other is not None and await self._is_needed(other):
                    return True
        self._over.put(publication_id, True, REMEMBERED_SECONDS)
        return False

    async def _is_needed(self, other: Message) -> bool:
        if other.is_purged:
            return False
        if not (other.is_expired or other.is_withdrawn):
            return True
        return await self._holds.is_held(other.published.mailbox_id)

    async def _purge_kept(self, document_id: UUID) -> Purged | None:
        document = await self._events.get(document_id)
        if not isinstance(document, Document):
            raise TypeError(f"stream {document_id} is not a document")
        document.purge(self._clock.now())
        facts = document.new_facts()
        if not facts:
            return None
        await self._documents.erase(document.kept.object_key)
        with suppress(VersionConflict):  # another run was here and put the very same on record
            await self._events.append(*facts)
        return Purged(document_id, 1, document.kept.size)
