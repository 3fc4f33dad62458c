"""A sender's own publications, found again in the log: the message of each recipient."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from application.parties import Parties
from domain import ids
from domain.access import Basis
from domain.actors import Actor
from domain.broadcast import Broadcast
from domain.decisions import Deny, Operation, decide
from domain.errors import NotAllowed, NotFound
from domain.identifiers import Identifier
from domain.message import Message
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore

AT_ONCE = 16
"""How many streams one command reads at the same time."""


class Publications:
    """Finds what was published, for its sender."""

    def __init__(self, events: EventStore, parties: Parties) -> None:
        self._events = events
        self._parties = parties

    async def of_sender(
        self, actor: Actor, operation: Operation, publication_id: UUID, at: datetime
    ) -> tuple[Message, Basis]:
        """The first recipient's message, and why the actor may do this to the publication.

        Raises `NotFound`: somebody else's publication and none at all look the same; `NotAllowed`.
        """
        first = await self.message(publication_id)
        if first is None or first.published.publication_id != publication_id:
            raise NotFound("message")
        sender = first.published.sender_organisation
        decision = decide(actor, None, operation, None, None, at, sender=sender)
        if not isinstance(decision, Deny):
            return first, decision.basis
        if sender == actor.organisation:
            raise NotAllowed(decision.reason)
        raise NotFound("message")

    async def to_all(self, first: Message, broadcast: Broadcast) -> list[Message]:
        """The messages of all its recipients."""
        return [first, *await self._all(broadcast.messages())]

    async def to(self, first: Message, recipient: Identifier) -> Message:
        """The message of this recipient, as they see it. Raises `NotFound`."""
        return (await self.all_to(first, recipient))[0]

    async def all_to(self, first: Message, recipient: Identifier) -> list[Message]:
        """Every message of this recipient: several, where mailboxes that had it were merged.

        The one that its owner sees comes first. Raises `NotFound` where there is none.
        """
        party = await self._parties.find(recipient)
        if party is None or party.mailbox_id is None:
            raise NotFound("message")
        mailboxes = (party.mailbox_id, *party.merged_mailboxes)
        found = [first] if first.published.mailbox_id in mailboxes else []
        if not found or party.merged_mailboxes:
            publication_id = first.published.publication_id
            found += await self._all([ids.message_id(publication_id, one) for one in mailboxes])
        if not found:
            raise NotFound("message")
        return found

    async def broadcast(self, first: Message, at: datetime) -> Broadcast:
        """To whom else it went; one that begins now where it went to nobody else."""
        published = first.published
        try:
            found: Broadcast = await self._events.get(ids.broadcast_id(published.publication_id))
        except AggregateNotFound:
            return Broadcast.of(published.publication_id, published.sender_organisation, at)
        return found

    async def further(self, publication_id: UUID) -> list[UUID]:
        """The streams of the messages of all recipients but the first."""
        try:
            broadcast = await self._events.get(ids.broadcast_id(publication_id))
        except AggregateNotFound:
            return []
        return broadcast.messages() if isinstance(broadcast, Broadcast) else []

    async def message(self, stream: UUID) -> Message | None:
        """The message with this stream, or None."""
        try:
            found = await self._events.get(stream)
        except AggregateNotFound:
            return None
        return found if isinstance(found, Message) else None

    async def _all(self, streams: list[UUID]) -> list[Message]:
        found: list[Message] = []
        for start in range(0, len(streams), AT_ONCE):
            some = await asyncio.gather(*(self.message(one) for one in streams[start : start + AT_ONCE]))
            found += [message for message in some if message is not None]
        return found
