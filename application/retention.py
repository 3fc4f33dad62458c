"""Retention: the documents of messages whose validity is over leave the object store.

First the objects, then the event: killed in between, the next run finds them gone and says so. The message's
own facts stay in the log; what it was about can be proved, what it said cannot be read any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.clock import Clock
from domain.message import Message
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from projections import timetable
from projections.database import ReadDatabase
from projections.timetable import DueMessage
from storage.documents import DocumentStore

PAGE = 100
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Purged:
    """A message whose documents are gone; `size` is theirs, in bytes."""

    message_id: UUID
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
        clock: Clock,
        grace: timedelta,
        second_clock: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._events = events
        self._database = database
        self._documents = documents
        self._clock = clock
        self._grace = grace
        self._second_clock = second_clock

    async def due(self) -> int:
        """How many messages have documents to purge."""
        return await self._database.run(timetable.count_expired, await self._until())

    async def run(self) -> AsyncIterator[Purged]:
        """Purge what is due, message by message. May be interrupted and run again.

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

    async def _until(self) -> datetime:
        now = self._clock.now()
        return min(now, await self._second_clock() or now) - self._grace

    async def _purge(self, message_id: UUID) -> Purged | None:
        for attempt in range(1, ATTEMPTS + 1):
            message = await self._events.get(message_id)
            if not isinstance(message, Message):
                raise TypeError(f"stream {message_id} is not a message")
            if message.is_purged:
                return None
            attachments = message.published.attachments
            message.purge(self._clock.now())
            for attachment in attachments:
                await self._documents.delete(attachment.object_key)
            try:
                await self._events.append(*message.new_facts())
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return Purged(message_id, len(attachments), sum(one.size for one in attachments))
        raise AssertionError("the last attempt returns or raises")
