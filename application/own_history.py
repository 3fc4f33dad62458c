"""Who looked at my documents: the owner's own view of the access history. Looking at it is an access too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.authority import Authority
from domain.access import Access
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.events.access import What
from eventstore.store import EventStore
from projections import access_history, access_history_owner, access_history_retention
from projections.access_history import HistoryRow
from projections.database import ReadDatabase
from projections.positions import ReadPositions


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A page of the history of these mailboxes of one owner, newest first.

    `next_position` is where the next page continues (before the last row's position), None at the end.
    `begins_at`: what accesses there were before that moment is no longer kept; None where all of it is.
    """

    rows: list[HistoryRow]
    next_position: int | None
    position: int
    mailboxes: tuple[UUID, ...]
    begins_at: datetime | None

    def has(self, at: datetime) -> bool:
        """Whether what happened at that moment is in the part of the history that is whole."""
        return self.begins_at is None or at >= self.begins_at


class OwnHistory:
    """The use case of an owner who wants to know."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._database = database
        self._positions = positions
        self._clock = clock

    async def page(
        self,
        actor: Actor,
        *,
        before: int | None,
        limit: int,
        at_least: int | None,
        mailbox: UUID | None = None,
    ) -> OwnPage:
        """A page of the history of a mailbox of the actor's, newest first. Raises `NotAllowed`.

        An enterprise's is for those who manage it: it says which of its people looked at what. Auditors'
        looks under an embargo are withheld rows.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.OWN_HISTORY, at, mailbox)
        position = await self._positions.wait_for(access_history.MODEL.name, at_least or 0)
        mailboxes = (permission.mailbox_id, *permission.merged)
        rows = await self._database.run(access_history_owner.page, mailboxes, at, before=before, limit=limit)
        begins_at = await self._database.run(access_history_retention.horizon)
        access = Access.of(permission.mailbox_id, What.HISTORY, actor, permission.basis, at)
        await self._events.append(*access.new_facts())
        older = rows[-1].position if len(rows) == limit else None
        return OwnPage(rows, older, position, mailboxes, begins_at)
