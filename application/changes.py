"""The owner's hand on a mailbox: messages are hidden and shown again, put aside and taken back.

Several at once are one decision: all of them change, or none does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.authority import Permission
from application.mailbox_messages import MailboxMessages
from application.views import MessagesNotFound
from domain.access import access_record
from domain.actors import Actor
from domain.events.base import Event
from domain.message import Message
from eventstore.errors import VersionConflict
from eventstore.store import EventStore

ATTEMPTS: Final = 3
"""How often a change that met another writer's event reloads and decides again."""


@dataclass(frozen=True, slots=True)
class MessageChange:
    """What is to become of one message; None leaves that as it is."""

    message_id: UUID
    is_visible: bool | None = None
    is_archived: bool | None = None


class Changes:
    """Changes messages of a mailbox."""

    def __init__(self, events: EventStore) -> None:
        self._events = events
        self._messages = MailboxMessages(events)

    async def make(
        self, actor: Actor, permission: Permission, changes: Sequence[MessageChange], at: datetime
    ) -> int:
        """Make these changes, of different messages; the position that includes them.

        What is as wanted already stays without an event.

        Raises:
            MessagesNotFound: some are not in the mailbox, or not to be read; nothing was changed.
        """
        for attempt in range(1, ATTEMPTS + 1):
            facts: list[Event] = []
            for message, change in zip(await self._load(permission, changes), changes, strict=True):
                here = permission.within(message.published.recipient_partition)
                access = access_record(actor, here.basis)
                message.change(access, at, is_visible=change.is_visible, is_archived=change.is_archived)
                facts += message.new_facts()
            if not facts:
                return await self._events.latest_position()
            try:
                return await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _load(self, permission: Permission, changes: Sequence[MessageChange]) -> list[Message]:
        found = [await self._messages.find(permission, one.message_id) for one in changes]
        missing = [index for index, message in enumerate(found) if message is None or not message.is_readable]
        if missing:
            raise MessagesNotFound(missing)
        return [message for message in found if message is not None]
