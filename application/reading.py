"""A citizen reads their mailbox through an integrating site.

Every read is: decide → get what is asked for → append the access and wait for its commit → hand it out.
What was not recorded is not handed out. Lists and descriptions come from the read models; bodies and
documents from the log itself, which alone knows for certain whether a message may still be read.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from application.authority import Authority, Permission
from application.contents import Contents
from application.reference import Reference
from application.views import BodyView, ContentRequest, ContentView, MailboxView, MessageList, MessageView
from domain.access import Access
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotFound
from domain.events.access import What
from eventstore.store import EventStore
from projections import inbox, message_detail
from projections.database import ReadDatabase
from projections.message_detail import Attachment, MessageDetail
from projections.positions import ReadPositions


class Reading:
    """The use cases of a mailbox's owner. `at_least` is a position that the answer should have reached."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        contents: Contents,
        database: ReadDatabase,
        positions: ReadPositions,
        reference: Reference,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._contents = contents
        self._database = database
        self._positions = positions
        self._reference = reference
        self._clock = clock

    async def counts(self, actor: Actor, *, at_least: int | None) -> MailboxView:
        """What the mailbox holds: the one read that is not an access."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.COUNT, at)
        position = await self._positions.wait_for(inbox.MODEL.name, at_least or 0)
        counts = await self._database.run(inbox.counts, permission.mailbox_id, now=at)
        return MailboxView(counts, position)

    async def list_messages(
        self, actor: Actor, *, page: int, page_size: int, is_read: bool | None, at_least: int | None
    ) -> MessageList:
        """One page of the mailbox, newest first; `is_read` keeps the opened or the unopened ones alone."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.LIST, at)
        position = await self._positions.wait_for(inbox.MODEL.name, at_least or 0)
        reference = await self._reference.current()
        found = await self._database.run(
            inbox.page, permission.mailbox_id, page=page, page_size=page_size, read_status=is_read, now=at
        )
        await self._record(actor, permission, What.LIST, at)
        return MessageList(found.items, found.total, found.is_total_capped, reference, position)

    async def message(self, actor: Actor, message_id: UUID, *, at_least: int | None) -> MessageView:
        """A message and its attachments' descriptions."""
        at = self._clock.now()
        permission, detail, position = await self._detail(actor, message_id, at, at_least)
        await self._record(actor, permission, What.MESSAGE, at, detail.publication_id)
        return MessageView(detail, await self._reference.current(), position)

    async def attachment(
        self, actor: Actor, message_id: UUID, attachment_id: UUID, *, at_least: int | None
    ) -> tuple[Attachment, int]:
        """One attachment's description, and the position it was true at."""
        at = self._clock.now()
        permission, detail, position = await self._detail(actor, message_id, at, at_least)
        found = next((one for one in detail.attachments if one.id == attachment_id), None)
        if found is None:
            raise NotFound("attachment", position=position)
        await self._record(actor, permission, What.MESSAGE, at, detail.publication_id, attachment_id)
        return found, position

    async def body(self, actor: Actor, message_id: UUID) -> BodyView:
        """The body of a message; where it is the main content, this opens the message."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at)
        return await self._contents.body(actor, permission, message_id, at)

    async def content(
        self, actor: Actor, message_id: UUID, attachment_id: UUID, request: ContentRequest
    ) -> ContentView:
        """A document or a part of it; the main content's first bytes open the message."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at)
        return await self._contents.document(actor, permission, message_id, attachment_id, request, at)

    async def _detail(
        self, actor: Actor, message_id: UUID, at: datetime, at_least: int | None
    ) -> tuple[Permission, MessageDetail, int]:
        permission = await self._authority.own_mailbox(actor, Operation.READ, at)
        position = await self._positions.wait_for(message_detail.MODEL.name, at_least or 0)
        detail = await self._database.run(message_detail.detail, message_id, now=at)
        # Somebody else's message and none at all must look the same.
        if detail is None or detail.mailbox_id != permission.mailbox_id:
            raise NotFound("message", position=position)
        return permission, detail, position

    async def _record(
        self,
        actor: Actor,
        permission: Permission,
        what: What,
        at: datetime,
        publication_id: UUID | None = None,
        attachment_id: UUID | None = None,
    ) -> None:
        access = Access.of(
            permission.mailbox_id,
            what,
            actor,
            permission.basis,
            at,
            publication_id=publication_id,
            attachment_id=attachment_id,
        )
        await self._events.append(*access.new_facts())
