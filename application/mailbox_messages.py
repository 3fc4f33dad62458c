"""One message of a mailbox, by the id that everybody outside knows it by: its publication's.

The first recipient's message has that id for its stream, a further one's is derived from it and the mailbox.
"""

from __future__ import annotations

from uuid import UUID

from application.authority import Permission
from domain.errors import NotFound
from domain.ids import message_id
from domain.message import Message
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore


class MailboxMessages:
    """Finds messages in the log, for those who may see them."""

    def __init__(self, events: EventStore) -> None:
        self._events = events

    async def load(self, permission: Permission, publication_id: UUID) -> Message:
        """The message. Raises `NotFound`: somebody else's, one not in sight and none at all look the same."""
        message = await self.find(permission, publication_id)
        if message is None or not message.is_readable:
            raise NotFound("message")
        return message

    async def find(self, permission: Permission, publication_id: UUID) -> Message | None:
        """The message, whether in sight or not; None where the permission covers none of this publication.

        Where several mailboxes that became one have it, it is the one that lists show: a readable one, and
        the surviving mailbox's rather than those of the others.
        """
        first = await self._stream(publication_id)
        if first is None or first.published.publication_id != publication_id:
            return None
        found = first if _is_covered(permission, first) else None
        own = permission.mailbox_id
        for mailbox in (own, *sorted(permission.merged - {own})):
            if found is not None and (found.is_readable or not permission.merged):
                break
            further = await self._stream(message_id(publication_id, mailbox))
            if further is not None and _is_covered(permission, further):
                found = further if found is None or further.is_readable else found
        return found

    async def _stream(self, stream: UUID) -> Message | None:
        try:
            found = await self._events.get(stream)
        except AggregateNotFound:
            return None
        return found if isinstance(found, Message) else None


def _is_covered(permission: Permission, message: Message) -> bool:
    return permission.covers(message.published.mailbox_id, message.published.recipient_partition)
