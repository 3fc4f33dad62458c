"""People read their mailbox, or an enterprise's that they have a role in, through an integrating site.

Every read is: decide → get what is asked for → append the access and wait for its commit → hand it out.
What was not recorded is not handed out. Lists and descriptions come from the read models; bodies, payments
and documents from the log itself, which alone knows for certain whether a message may still be read. A
message that was taken back is not described either, from the moment of its event on.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from application.authority import Authority, Permission
from application.changes import Changes, MessageChange
from application.coalescing import RecentLooks
from application.contents import Contents
from application.reference import Reference
from application.views import (
    BodyView,
    ContentRequest,
    ContentView,
    HeldContent,
    MailboxView,
    MessageList,
    MessageView,
)
from domain.access import Access
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotFound
from domain.events.access import What
from eventstore.store import EventStore
from projections import inbox, message_detail
from projections.database import ReadDatabase
from projections.inbox import InboxPage, MessageFilter
from projections.inbox_search import named_like
from projections.message_detail import Attachment, MessageDetail
from projections.positions import ReadPositions
from telemetry.spans import traced


class Reading:
    """The use cases of a mailbox's owner. `at_least` is a position that the answer should have reached."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        contents: Contents,
        looks: RecentLooks,
        database: ReadDatabase,
        positions: ReadPositions,
        reference: Reference,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._contents = contents
        self._looks = looks
        self._changes = Changes(events)
        self._database = database
        self._positions = positions
        self._reference = reference
        self._clock = clock

    async def counts(self, actor: Actor, *, at_least: int | None, mailbox: UUID | None = None) -> MailboxView:
        """What the mailbox holds: the one read that is not an access."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.COUNT, at, mailbox)
        position = await self._positions.wait_for(inbox.MODEL.name, at_least or 0)
        counts = await self._database.run(inbox.counts, permission.mailbox_id, permission.partitions)
        return MailboxView(counts, position)

    @traced("list messages")
    async def list_messages(
        self,
        actor: Actor,
        wanted: MessageFilter,
        *,
        page: int,
        page_size: int,
        at_least: int | None,
        mailbox: UUID | None = None,
        exact_total: bool = False,
    ) -> MessageList:
        """One page of what is wanted of the mailbox, newest first: of the partitions that the actor reaches.

        Of changes the oldest come first. The list's position is then the one behind which to go on asking:
        that of the last change shown, where there are more. `exact_total`: count all, however many there are.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.LIST, at, mailbox)
        wanted = replace(wanted, partitions=permission.partitions)
        position = await self._positions.wait_for(inbox.MODEL.name, at_least or 0)
        reference = await self._reference.current()
        named = None
        if wanted.words is not None and wanted.language is not None:
            named = named_like(reference, wanted.words, wanted.language)
        found = await self._database.run(
            inbox.page,
            permission.mailbox_id,
            wanted,
            page=page,
            page_size=page_size,
            named=named,
            exact_total=exact_total,
        )
        if wanted.changed_after is not None and len(found.items) < found.total:
            position = found.items[-1].position
        if wanted.words is not None:
            await self._record(actor, permission, What.SEARCH, at)
        else:
            await self._record_list(actor, permission, (wanted, page, page_size), found, at)
        return MessageList(found.items, found.total, found.is_total_capped, reference, position)

    async def change(
        self,
        actor: Actor,
        message_ids: Sequence[UUID],
        *,
        is_visible: bool | None = None,
        is_archived: bool | None = None,
        mailbox: UUID | None = None,
    ) -> int:
        """Make the same of several messages; None leaves that as it is. `change_each` says the rest."""
        wanted = [MessageChange(message_id, is_visible, is_archived) for message_id in message_ids]
        return await self.change_each(actor, wanted, mailbox=mailbox)

    async def change_each(
        self, actor: Actor, changes: Sequence[MessageChange], *, mailbox: UUID | None = None
    ) -> int:
        """Hide or show, put aside or take back: all or none. The position that includes it.

        Raises `MessagesNotFound`, which names the places of those that are not there.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.CHANGE, at, mailbox)
        return await self._changes.make(actor, permission, changes, at)

    @traced("read message")
    async def message(
        self, actor: Actor, message_id: UUID, *, at_least: int | None, mailbox: UUID | None = None
    ) -> MessageView:
        """A message and its attachments' descriptions."""
        at = self._clock.now()
        permission, detail, position = await self._detail(actor, message_id, at, at_least, mailbox)
        await self._record(actor, permission, What.MESSAGE, at, detail.publication_id)
        return MessageView(detail, await self._reference.current(), position)

    async def attachment(
        self,
        actor: Actor,
        message_id: UUID,
        attachment_id: UUID,
        *,
        at_least: int | None,
        mailbox: UUID | None = None,
    ) -> tuple[Attachment, int]:
        """One attachment's description, and the position it was true at."""
        at = self._clock.now()
        permission, detail, position = await self._detail(actor, message_id, at, at_least, mailbox)
        found = next((one for one in detail.attachments if one.id == attachment_id), None)
        if found is None:
            raise NotFound("attachment", position=position)
        await self._record(actor, permission, What.MESSAGE, at, detail.publication_id, attachment_id)
        return found, position

    async def payment(
        self, actor: Actor, message_id: UUID, *, mailbox: UUID | None = None
    ) -> tuple[Mapping[str, str], int]:
        """What is to be paid, and the position of its access; from the log, as all that a message carries."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at, mailbox)
        return await self._contents.payment(actor, permission, message_id, at)

    @traced("read body")
    async def body(self, actor: Actor, message_id: UUID, *, mailbox: UUID | None = None) -> BodyView:
        """The body of a message; where it is the main content, this opens the message."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at, mailbox)
        return await self._contents.body(actor, permission, message_id, at)

    @traced("read content")
    async def content(
        self,
        actor: Actor,
        message_id: UUID,
        attachment_id: UUID,
        request: ContentRequest,
        *,
        mailbox: UUID | None = None,
    ) -> ContentView:
        """A document or a part of it; the main content's first bytes open the message."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at, mailbox)
        return await self._contents.document(actor, permission, message_id, attachment_id, request, at)

    @traced("hold content")
    async def hold_content(
        self, actor: Actor, message_id: UUID, attachment_id: UUID, request: ContentRequest
    ) -> HeldContent:
        """`content` of the mailbox that the actor is in, for who makes something of it before it leaves."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.READ, at)
        return await self._contents.hold(actor, permission, message_id, attachment_id, request, at)

    async def _detail(
        self, actor: Actor, message_id: UUID, at: datetime, at_least: int | None, mailbox: UUID | None
    ) -> tuple[Permission, MessageDetail, int]:
        permission = await self._authority.own_mailbox(actor, Operation.READ, at, mailbox)
        position = await self._positions.wait_for(message_detail.MODEL.name, at_least or 0)
        detail = await self._database.run(message_detail.detail, permission.mailbox_id, message_id)
        # Somebody else's message and none at all must look the same.
        if detail is None or not permission.covers(detail.mailbox_id, detail.recipient_partition):
            raise NotFound("message", position=position)
        if not detail.is_recalled:  # the read model may not know yet that it was taken back
            await self._contents.require_shown(permission, message_id)
        return permission.within(detail.recipient_partition), detail, position

    async def _record_list(
        self, actor: Actor, permission: Permission, asked: Hashable, found: InboxPage, at: datetime
    ) -> None:
        """One access for the same list shown again and again; a search says more, and is always one."""
        mailbox_id, shown = permission.mailbox_id, found.fingerprint()
        if self._looks.has_seen_list(actor, mailbox_id, asked, shown, at):
            return
        position = await self._record(actor, permission, What.LIST, at)
        self._looks.list_shown(actor, mailbox_id, asked, shown, at, position)

    async def _record(
        self,
        actor: Actor,
        permission: Permission,
        what: What,
        at: datetime,
        publication_id: UUID | None = None,
        attachment_id: UUID | None = None,
    ) -> int:
        access = Access.of(
            permission.mailbox_id,
            what,
            actor,
            permission.basis,
            at,
            publication_id=publication_id,
            attachment_id=attachment_id,
        )
        return await self._events.append(*access.new_facts())
