"""The event feed: what happened to documents, for senders that follow theirs and sites that follow mailboxes.

It never says what a document is about. A site's look at it is an access to each mailbox that it shows, on
record before it is answered; a sender learns of its own publications only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from application.parties import Parties
from domain.access import Access, Basis
from domain.actors import Actor, ActorKind
from domain.clock import Clock
from domain.decisions import Deny, Operation, Subject, decide
from domain.errors import NotAllowed
from domain.events.access import What
from domain.identifiers import IdentifierScheme
from eventstore.store import EventStore
from projections import document_events
from projections.database import ReadDatabase
from projections.document_events import DocumentEvent

AT_ONCE: Final = 16
"""Parties that one page has looked up at the same time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class FeedPage:
    """A page of the feed, oldest first.

    `numbers` are the enterprise numbers of the mailboxes shown; a citizen's number is never told.
    `shows_mailboxes`: a site knows mailboxes by their ids, a sender does not.
    """

    items: list[DocumentEvent]
    numbers: dict[UUID, str]
    shows_mailboxes: bool
    last: int
    has_next: bool


class DocumentEvents:
    """The use case of whoever follows the feed."""

    def __init__(self, *, events: EventStore, parties: Parties, database: ReadDatabase, clock: Clock) -> None:
        self._events = events
        self._parties = parties
        self._database = database
        self._clock = clock

    async def page(
        self, actor: Actor, owner_kind: str, *, after: int, since: datetime | None, limit: int
    ) -> FeedPage:
        """The next events behind the sequence number `after`, of mailboxes of this kind.

        Raises `NotAllowed`: a site that is not registered for them.
        """
        at = self._clock.now()
        basis = _basis(actor, owner_kind, at)
        sender = actor.organisation if actor.kind is ActorKind.PARTNER else None
        found = await self._database.run(
            document_events.page,
            owner_kind=owner_kind,
            sender=sender,
            after=after,
            since=since,
            limit=limit + 1,
        )
        items = found[:limit]
        last = items[-1].position if items else after
        if sender is None:
            items = await self._of_owners_who_are_there(items)
        mailboxes = list({one.mailbox_id for one in items})
        numbers = await self._numbers(mailboxes) if owner_kind == "enterprise" else {}
        if sender is None and mailboxes:
            accesses = [Access.of(one, What.LIST, actor, basis, at) for one in mailboxes]
            await self._events.append(*(fact for access in accesses for fact in access.new_facts()))
        return FeedPage(items, numbers, sender is None, last, len(found) > limit)

    async def _of_owners_who_are_there(self, items: list[DocumentEvent]) -> list[DocumentEvent]:
        """Without those of owners who are erased: after its erasure a mailbox takes no access either."""
        mailboxes = list({one.mailbox_id for one in items})
        found = await self._each(mailboxes, self._parties.by_mailbox)
        gone = {mailbox for mailbox, party in found.items() if party is None or party.is_erased}
        return [one for one in items if one.mailbox_id not in gone]

    async def _numbers(self, mailboxes: list[UUID]) -> dict[UUID, str]:
        found = await self._each(mailboxes, self._number)
        return {mailbox: number for mailbox, number in found.items() if number}

    async def _each(self, mailboxes: list[UUID], look_up: Callable[[UUID], Awaitable[T]]) -> dict[UUID, T]:
        found: list[T] = []
        for start in range(0, len(mailboxes), AT_ONCE):
            found += await asyncio.gather(*map(look_up, mailboxes[start : start + AT_ONCE]))
        return dict(zip(mailboxes, found, strict=True))

    async def _number(self, mailbox: UUID) -> str | None:
        party = await self._parties.by_mailbox(mailbox)
        whose = (party.merged_into or party.party_id) if party else None
        identifier = await self._parties.identifier_of(whose) if whose else None
        is_enterprise = identifier is not None and identifier.scheme is IdentifierScheme.ENTERPRISE
        return identifier.number if identifier and is_enterprise else None


def _basis(actor: Actor, owner_kind: str, at: datetime) -> Basis:
    decision = decide(actor, Subject(None, None, owner_kind), Operation.DOCUMENT_EVENTS, None, None, at)
    if isinstance(decision, Deny):
        raise NotAllowed(decision.reason)
    return decision.basis
