"""What of the access history an auditor may see: what they asked for, cut to their scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from application.authority import Authority
from application.parties import Parties
from domain.access import ScopeBasis
from domain.actors import Actor, AuditScope
from domain.decisions import Operation
from domain.errors import NotAllowed
from domain.events.audit import LookedAt
from domain.message import Message
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore
from projections.access_history import HistoryFilter, HistoryRow


@dataclass(frozen=True, slots=True)
class HistoryWithin:
    """What may be looked at, and on which basis.

    `mailbox_id`: whose it is, also where a message or who acted named the mailbox. `merged`: what was merged
    into it, if it was asked for itself.
    """

    wanted: HistoryFilter
    mailbox_id: UUID | None
    merged: Sequence[UUID]
    basis: ScopeBasis

    @property
    def leaves_own_looks_out(self) -> bool:
        """Whether the auditor's own looks are left out.

        A search through everybody's mailboxes is a look at each one found: the next would find little else.
        """
        asked = self.wanted
        return self.mailbox_id is None and asked.kind is None and asked.actor_party is None

    def others_in(self, rows: Iterable[HistoryRow]) -> list[UUID]:
        """The mailboxes that these rows are about and nothing named: their owners are to see the look too."""
        named = {None, self.mailbox_id, *self.merged}
        return sorted({row.mailbox_id for row in rows if row.mailbox_id is not None} - named)

    def seen_of(self, mailbox_id: UUID) -> LookedAt:
        """What a look at one of these is recorded with: the period, not whom else it was about."""
        return LookedAt(mailbox_id=mailbox_id, start=self.wanted.start, end=self.wanted.end)


class HistoryScope:
    """Judges what auditors ask of the access history."""

    def __init__(self, *, events: EventStore, authority: Authority, parties: Parties) -> None:
        self._events = events
        self._authority = authority
        self._parties = parties

    async def within(self, actor: Actor, asked: HistoryFilter, at: datetime) -> HistoryWithin:
        """What may be seen of it.

        Raises `NotAllowed`: a scope for single mailboxes needs one of them named.
        """
        mailbox_id = (
            asked.mailbox_id
            or await self._mailbox_of_message(asked.message_id)
            or await self._mailbox_of_actor(asked.actor_party)
        )
        party = await self._parties.by_mailbox(mailbox_id) if mailbox_id else None
        basis = await self._authority.audit(actor, party, Operation.READ_ACCESS_HISTORY, at)
        merged = party.merged_mailboxes if party and asked.mailbox_id else ()
        return HistoryWithin(_within(asked, mailbox_id, actor.audit_scope), mailbox_id, merged, basis)

    async def _mailbox_of_message(self, message_id: UUID | None) -> UUID | None:
        """Whose message it is, its first recipient's: the look stands under the mailbox that it was at."""
        if message_id is None:
            return None
        try:
            message = await self._events.get(message_id)
        except AggregateNotFound:
            return None
        return message.published.mailbox_id if isinstance(message, Message) else None

    async def _mailbox_of_actor(self, party_id: UUID | None) -> UUID | None:
        """Who is looked for by what they did is looked at: that is theirs to know. A client has none."""
        party = await self._parties.by_id(party_id) if party_id else None
        return party.mailbox_id if party else None


def _within(asked: HistoryFilter, mailbox_id: UUID | None, scope: AuditScope | None) -> HistoryFilter:
    if scope is None:
        raise NotAllowed("no scope")
    if scope.subjects is not None:
        # A publication may lie in other mailboxes than the one that the scope was held against.
        asked = replace(asked, mailbox_id=mailbox_id)
    return replace(asked, start=_later(asked.start, scope.start), end=_earlier(asked.end, scope.end))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
