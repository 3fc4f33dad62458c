"""What became of messages, for their sender: read, visible, expired, told of, confirmed.

From the log itself: what a sender acts upon (a reminder on paper, a withdrawal) is never behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from application.publications import Publications
from domain import ids
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotFound
from domain.events.mailbox import Frequency
from domain.events.notification import NotificationKind, NotificationSummarised
from domain.identifiers import Identifier
from domain.mailbox import Mailbox
from domain.message import Message
from domain.notification import Notification
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore

AT_ONCE: Final = 8
SUMMARY_DAYS: Final = 3
"""A daily summary that tells of a message goes out at most this many days after it came into sight."""


@dataclass(frozen=True, slots=True)
class AskedStatus:
    """A message and the recipient it went to."""

    publication_id: UUID
    recipient: Identifier


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """How a message stands. `is_notified`: a mail that told of it was taken over by the mail relay."""

    publication_id: UUID
    expires_at: datetime
    is_released: bool
    opened_at: datetime | None
    is_hidden: bool
    is_expired: bool
    is_withdrawn: bool
    is_recalled: bool
    is_notified: bool
    confirmed_at: datetime | None


class Statuses:
    """The use case of a status search."""

    def __init__(self, *, events: EventStore, publications: Publications, clock: Clock) -> None:
        self._events = events
        self._publications = publications
        self._clock = clock

    async def of(self, actor: Actor, asked: Sequence[AskedStatus]) -> list[MessageStatus | None]:
        """The status of each, in order; None where the caller published no such message to that recipient."""
        at = self._clock.now()
        found: list[MessageStatus | None] = []
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            found += await asyncio.gather(*(self._status(actor, one, at) for one in some))
        return found

    async def _status(self, actor: Actor, asked: AskedStatus, at: datetime) -> MessageStatus | None:
        try:
            first, _ = await self._publications.of_sender(actor, Operation.STATUS, asked.publication_id, at)
            message = await self._message_to(first, asked.recipient)
        except NotFound:
            return None
        return MessageStatus(
            publication_id=asked.publication_id,
            expires_at=message.published.expires_at,
            is_released=message.is_released,
            opened_at=message.opened_at,
            is_hidden=message.is_hidden,
            is_expired=message.is_expired,
            is_withdrawn=message.is_withdrawn,
            is_recalled=message.is_recalled,
            is_notified=await self._is_notified(message),
            confirmed_at=message.confirmed_at,
        )

    async def _message_to(self, first: Message, recipient: Identifier) -> Message:
        """The recipient's message. No number leads to who was erased: of a publication to nobody else, the
        sender knows who it was. Raises `NotFound`.
        """
        try:
            return await self._publications.to(first, recipient)
        except NotFound:
            publication_id = first.published.publication_id
            if first.is_owner_erased and not await self._publications.further(publication_id):
                return first
            raise

    async def _is_notified(self, message: Message) -> bool:
        own = await self._load(ids.notification_id(message.id, NotificationKind.NEW_DOCUMENT))
        if isinstance(own, Notification) and own.is_sent:
            return True
        mailbox_id, since = message.published.mailbox_id, message.published.visible_from
        mailbox = await self._load(mailbox_id)
        if not isinstance(mailbox, Mailbox) or mailbox.frequency is not Frequency.DAILY:
            return False
        days = [(since + timedelta(days=one)).date() for one in range(-1, SUMMARY_DAYS + 1)]
        told = await asyncio.gather(*(self._told_of(ids.summary_id(mailbox_id, day)) for day in days))
        return any(message.id in one for one in told)

    async def _told_of(self, summary: UUID) -> set[UUID]:
        facts = await asyncio.to_thread(self._events.events_of, summary)
        return {one for fact in facts if isinstance(fact, NotificationSummarised) for one in fact.message_ids}

    async def _load(self, stream: UUID) -> object:
        try:
            return await self._events.get(stream)
        except AggregateNotFound:
            return None
