"""What may still become of a publication: its sender withdraws or recalls it, its reader confirms it.

Every command loads the messages from the log, lets each decide, and appends the facts of all as one: a
publication that went to many mailboxes is withdrawn from all of them, or from none. Taken back from everybody
it is closed in the same commit, so that it goes to nobody else who is just being added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.authority import Authority, Permission
from application.mailbox_messages import MailboxMessages
from application.publications import Publications
from domain.access import Access, access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import Gone, Unavailable
from domain.events.access import AccessRecord, What
from domain.events.base import Event
from domain.identifiers import Identifier
from domain.mailbox import Mailbox
from domain.message import Message
from eventstore.closing import BEING_ERASED
from eventstore.errors import VersionConflict
from eventstore.store import EventStore

ATTEMPTS: Final = 3
"""How often a command that met another writer's event reloads and decides again."""
TOGETHER: Final = 1_001
"""So many facts are appended as one, a thousand messages': more would find no room in a writer's queue."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """In how many mailboxes a publication is taken back now: by this call or by an earlier one."""

    mailboxes: int
    position: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When a message was confirmed; the first time counts."""

    confirmed_at: datetime
    position: int


class Aftermath:
    """The use cases that follow a publication."""

    def __init__(
        self, *, events: EventStore, authority: Authority, publications: Publications, clock: Clock
    ) -> None:
        self._events = events
        self._authority = authority
        self._publications = publications
        self._messages = MailboxMessages(events)
        self._clock = clock

    async def withdraw(
        self, actor: Actor, publication_id: UUID, *, reason: str | None, recipient: Identifier | None = None
    ) -> TakenBack:
        """Take it back from every recipient, or from one: it is as if it had never been there.

        Raises `NotFound`, `Unavailable` while an owner is being erased, and `Conflict` where any of these
        messages was opened: then none is withdrawn. Of more than a thousand some may be, where one is opened
        at that very moment.
        """

        def withdraw(message: Message, access: AccessRecord, at: datetime) -> None:
            message.withdraw(reason, access, at)

        return await self._take_back(actor, Operation.WITHDRAW, publication_id, recipient, withdraw)

    async def recall(
        self, actor: Actor, publication_id: UUID, *, reason: str | None, recipient: Identifier | None = None
    ) -> TakenBack:
        """It went to the wrong mailbox: what it holds is withheld, in every recipient's or in one's.

        Raises `NotFound`, `Unavailable` while an owner is being erased, and `Conflict` where nothing is left
        to recall: withdrawn from all, or expired.
        """

        def recall(message: Message, access: AccessRecord, at: datetime) -> None:
            message.recall(reason, access, at)

        return await self._take_back(actor, Operation.RECALL, publication_id, recipient, recall)

    async def confirm(
        self, actor: Actor, publication_id: UUID, *, mailbox: UUID | None = None
    ) -> Confirmation:
        """Its reader confirms having taken note. A second time answers as the first.

        Raises `NotFound`, `Gone` once it was recalled, `Conflict` where no confirmation is asked for.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.CONFIRM, at, mailbox)
        for attempt in range(1, ATTEMPTS + 1):
            message = await self._messages.load(permission, publication_id)
            if message.is_recalled:
                raise Gone("recalled by its sender")
            access = _access(permission, message, actor, at)
            message.confirm(access.id, at)
            facts = message.new_facts()
            confirmed_at = message.confirmed_at or at
            if not facts:
                return Confirmation(confirmed_at, await self._events.latest_position())
            try:
                return Confirmation(confirmed_at, await self._events.append(*access.new_facts(), *facts))
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _take_back(
        self,
        actor: Actor,
        operation: Operation,
        publication_id: UUID,
        recipient: Identifier | None,
        decide: Callable[[Message, AccessRecord, datetime], None],
    ) -> TakenBack:
        at = self._clock.now()
        for attempt in range(1, ATTEMPTS + 1):
            first, basis = await self._publications.of_sender(actor, operation, publication_id, at)
            access = access_record(actor, basis)
            facts: list[Event] = []
            if recipient is not None:
                messages = await self._publications.all_to(first, recipient)
            else:
                broadcast = await self._publications.broadcast(first, at)
                messages = await self._publications.to_all(first, broadcast)
                broadcast.close(access, at)
                facts += broadcast.new_facts()
            if operation is Operation.RECALL:
                messages = [one for one in messages if not one.is_withdrawn] or messages
            await self._require_settled(messages)
            for message in messages:
                decide(message, access, at)
                facts += message.new_facts()
            if not facts:
                return TakenBack(len(messages), await self._events.latest_position())
            try:
                return TakenBack(len(messages), await self._append(facts))
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _require_settled(self, messages: list[Message]) -> None:
        """Raise `Unavailable` while an owner is being erased: a hold may yet take that back."""
        for message in messages:
            if message.is_owner_erased:
                mailbox = await self._events.get(message.published.mailbox_id)
                if isinstance(mailbox, Mailbox) and not mailbox.is_erased:
                    raise Unavailable("an owner is being erased", BEING_ERASED)

    async def _append(self, facts: list[Event]) -> int:
        position = 0
        for start in range(0, len(facts), TOGETHER):
            position = await self._events.append(*facts[start : start + TOGETHER])
        return position


def _access(permission: Permission, message: Message, actor: Actor, at: datetime) -> Access:
    return Access.of(
        message.published.mailbox_id,
        What.MESSAGE,
        actor,
        permission.within(message.published.recipient_partition).basis,
        at,
        publication_id=message.published.publication_id,
    )
