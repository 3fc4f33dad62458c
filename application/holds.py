"""Legal holds, as retention heeds them: of a held mailbox no document leaves the object store."""

from __future__ import annotations

from uuid import UUID

from domain.mailbox import Mailbox
from domain.message import Message
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore
from projections import erasures, profile
from projections.database import ReadDatabase
from projections.erasing import messages_of

PAGE = 200


class Holds:
    """Asks the log; which mailboxes are held at all, the read models say."""

    def __init__(self, events: EventStore, database: ReadDatabase) -> None:
        self._events = events
        self._database = database

    async def is_held(self, mailbox_id: UUID) -> bool:
        """Whether the mailbox, or the one that took its place, is under a legal hold."""
        seen: set[UUID] = set()
        following: UUID | None = mailbox_id
        while following is not None and following not in seen:
            seen.add(following)
            mailbox = await self._mailbox(following)
            if mailbox is not None and mailbox.hold is not None:
                return True
            following = None if mailbox is None else mailbox.merged_into
        return False

    async def kept_documents(self) -> set[UUID]:
        """The senders' kept documents that messages in held mailboxes carry."""
        found: set[UUID] = set()
        for hold in await self._database.run(erasures.holds):
            merged = await self._database.run(profile.merged_into, hold.mailbox_id)
            for mailbox_id in (hold.mailbox_id, *merged):
                after = 0
                while page := await self._database.run(messages_of, mailbox_id, after=after, limit=PAGE):
                    for _, message_id in page:
                        found |= await self._carried(message_id)
                    after = page[-1][0]
        return found

    async def _carried(self, message_id: UUID) -> set[UUID]:
        message = await self._events.get(message_id)
        if not isinstance(message, Message):
            return set()
        return {one.document_id for one in message.published.attachments if one.document_id is not None}

    async def _mailbox(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            found = await self._events.get(mailbox_id)
        except AggregateNotFound:
            return None
        return found if isinstance(found, Mailbox) else None
