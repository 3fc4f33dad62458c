"""An auditor looks: at who was told and who accessed what, within an approved scope.

Each look is recorded, and committed, before its result is handed out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from application.authority import Authority
from application.history_scope import HistoryScope
from application.parties import Parties
from domain.access import AuditLook
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotFound
from domain.events.audit import Look, LookedAt
from domain.identifiers import Identifier
from eventstore.store import EventStore
from projections import access_history
from projections.access_history import HistoryFilter, HistoryRow
from projections.database import ReadDatabase
from projections.positions import ReadPositions


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the access history, newest first.

    `next_position` is where the next page continues (before the last row's position), None at the end.
    """

    rows: list[HistoryRow]
    next_position: int | None
    position: int


class Auditing:
    """The use cases of auditors."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._parties = parties
        self._scope = HistoryScope(events=events, authority=authority, parties=parties)
        self._database = database
        self._positions = positions
        self._clock = clock

    async def find_mailbox(self, actor: Actor, identifier: Identifier) -> UUID:
        """The mailbox of the party with this number. Raises `NotAllowed` outside the scope, `NotFound`."""
        at = self._clock.now()
        party = await self._parties.find(identifier)
        basis = await self._authority.audit(actor, party, Operation.FIND_MAILBOX, at)
        mailbox_id = party.mailbox_id if party else None
        look = AuditLook.of(
            Look.MAILBOX_SEARCH, mailbox_id, actor, basis, at, LookedAt(mailbox_id=mailbox_id)
        )
        await self._events.append(*look.new_facts())
        if mailbox_id is None:
            raise NotFound("mailbox")
        return mailbox_id

    async def access_history(
        self,
        actor: Actor,
        asked: HistoryFilter,
        *,
        before: int | None,
        limit: int,
        at_least: int | None,
    ) -> HistoryPage:
        """A page of the history, cut to the period of the auditor's scope.

        It is a look at every mailbox that is on it, each on record by itself, also where none was named; then
        the auditor's own looks are left out, unless they are asked for by kind or actor. Raises
        `NotAllowed`: a scope for single mailboxes needs one of them named.
        """
        at = self._clock.now()
        may = await self._scope.within(actor, asked, at)
        position = await self._positions.wait_for(access_history.MODEL.name, at_least or 0)
        rows = await self._database.run(
            access_history.page,
            may.wanted,
            before=before,
            limit=limit,
            merged=may.merged,
            without_looks_of=actor.party_id if may.leaves_own_looks_out else None,
        )
        looked_at = LookedAt(**asdict(may.wanted), before=before)
        looks = [(may.mailbox_id, looked_at), *((one, may.seen_of(one)) for one in may.others_in(rows))]
        facts = [
            fact
            for mailbox_id, asked_for in looks
            for fact in AuditLook.of(
                Look.ACCESS_HISTORY, mailbox_id, actor, may.basis, at, asked_for
            ).new_facts()
        ]
        await self._events.append(*facts)
        return HistoryPage(rows, rows[-1].position if len(rows) == limit else None, position)
