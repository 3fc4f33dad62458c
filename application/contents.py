"""Bodies and documents: released from the log's own record, after the access is committed.

The first time bytes of the main content leave, the same append also opens the message. Two readers at once
may both be first: the event store lets one open it, the other comes again and finds it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from application.authority import Permission
from application.coalescing import RecentLooks
from application.documents import document_key
from application.mailbox_messages import MailboxMessages
from application.views import BodyView, ContentRequest, ContentView, HeldContent, RangeNotSatisfiable
from domain.access import Access
from domain.actors import Actor
from domain.errors import Gone, NotFound
from domain.events.access import What
from domain.events.message import AttachmentRecord
from domain.message import Message
from domain.personal import ERASED, readable
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from storage.documents import DocumentStore

ATTEMPTS = 3
"""How often a reader who lost the race to open a message tries again."""


class Contents:
    """What a message says and carries."""

    def __init__(self, *, events: EventStore, documents: DocumentStore, looks: RecentLooks) -> None:
        self._events = events
        self._messages = MailboxMessages(events)
        self._documents = documents
        self._looks = looks

    async def body(self, actor: Actor, permission: Permission, message_id: UUID, at: datetime) -> BodyView:
        """The body. Raises `NotFound`, `Gone` where its owner was erased."""
        message = await self._message(permission, message_id)
        texts = message.published.body
        if texts is ERASED:
            raise Gone("body")
        if texts is None:
            raise NotFound("body")
        position = await self._release(message, What.BODY, None, actor, permission, at, opens=True)
        return BodyView(message_id, texts, message.published.is_body_main, position)

    async def require_shown(self, permission: Permission, message_id: UUID) -> None:
        """Raise `NotFound` or `Gone` where the message was taken back, as the log has it now."""
        await self._message(permission, message_id)

    async def payment(
        self, actor: Actor, permission: Permission, message_id: UUID, at: datetime
    ) -> tuple[Mapping[str, str], int]:
        """What is to be paid, and the access's position. Raises `NotFound`, `Gone` if erased or recalled."""
        message = await self._message(permission, message_id)
        payment = message.published.payment
        if payment is ERASED:
            raise Gone("payment data")
        if payment is None:
            raise NotFound("payment data")
        position = await self._release(message, What.PAYMENT, None, actor, permission, at, opens=False)
        return payment, position

    async def document(
        self,
        actor: Actor,
        permission: Permission,
        message_id: UUID,
        attachment_id: UUID,
        request: ContentRequest,
        at: datetime,
    ) -> ContentView:
        """A document. Raises `NotFound`, `Gone`, `PreconditionFailed`, `RangeNotSatisfiable`.

        A caller who has it already gets a view without a stream, and no access is recorded: nothing leaves.
        Ranges that belong to an access on record make none of their own.
        """
        held = await self.hold(actor, permission, message_id, attachment_id, request, at)
        held.view.position = await held.release()
        return held.view

    async def hold(
        self,
        actor: Actor,
        permission: Permission,
        message_id: UUID,
        attachment_id: UUID,
        request: ContentRequest,
        at: datetime,
    ) -> HeldContent:
        """`document` in two steps: it is opened now, and recorded by `release`. Raises what that does."""
        message = await self._message(permission, message_id)
        attachment = message.attachment(attachment_id)
        if attachment is None:
            raise NotFound("attachment")
        key, sha256 = document_key(attachment), readable(attachment.sha256)
        if key is None or sha256 is None:
            raise Gone("document")
        request.require(sha256)
        if request.is_known(sha256):
            return HeldContent(_view(message, attachment, sha256, 0, 0), _nothing_left)
        part = request.part_of(attachment.size, sha256)
        if part is None:
            raise RangeNotSatisfiable(attachment.size)
        start, end = part
        stream = None
        if not request.describe_only:
            stream = await self._documents.open(attachment.object_key, key, attachment.size, start, end)

        async def release() -> int:
            position = None
            if stream is not None and request.is_for_range(sha256):
                position = self._looks.of_document(actor, message.id, attachment_id, at)
            if position is None:
                position = await self._release(
                    message, What.ATTACHMENT, attachment_id, actor, permission, at, opens=stream is not None
                )
                if stream is not None:
                    self._looks.document_released(actor, message.id, attachment_id, at, position)
            return position

        view = _view(message, attachment, sha256, start, end)
        view.stream = stream
        return HeldContent(view, release)

    async def _message(self, permission: Permission, message_id: UUID) -> Message:
        message = await self._messages.load(permission, message_id)
        if message.is_recalled:
            raise Gone("recalled by its sender")
        return message

    async def _release(
        self,
        message: Message,
        what: What,
        attachment_id: UUID | None,
        actor: Actor,
        permission: Permission,
        at: datetime,
        *,
        opens: bool,
    ) -> int:
        """Commit the access, and the opening if this is one; nothing has left before this returns."""
        access = Access.of(
            permission.mailbox_id,
            what,
            actor,
            permission.within(message.published.recipient_partition).basis,
            at,
            publication_id=message.published.publication_id,
            attachment_id=attachment_id,
        )
        facts = access.new_facts()
        for attempt in range(1, ATTEMPTS + 1):
            if opens and message.is_main(what, attachment_id):
                message.open(access.id, at)
            try:
                return await self._events.append(*facts, *message.new_facts())
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
                message = await self._message(permission, message.published.publication_id)
        raise AssertionError("the last attempt returns or raises")


async def _nothing_left() -> int:
    """The release of what the caller has already: there is nothing to record."""
    return 0


def _view(message: Message, attachment: AttachmentRecord, sha256: str, start: int, end: int) -> ContentView:
    return ContentView(
        stream=None,
        size=attachment.size,
        start=start,
        end=end,
        media_type=attachment.media_type,
        file_name=readable(attachment.file_name),
        sha256=sha256,
        published_at=message.published.timestamp,
        position=0,
    )
