"""An auditor takes a copy of the access history out, within an approved scope.

Nothing is handed out before it is on record that, and what, is being taken. From then on it comes page by
page, as fast as it is taken: neither memory nor a connection to the database is held for long. Rows that
appear meanwhile are not in it, so that it ends; what broke off goes on before the last row that arrived.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from application.authority import Authority
from application.history_scope import HistoryScope, HistoryWithin
from application.parties import Parties
from domain.access import AuditLook
from domain.actors import Actor
from domain.clock import Clock
from domain.errors import NotAllowed
from domain.events import Event
from domain.events.audit import LookedAt
from eventstore.store import EventStore
from projections import access_history
from projections.access_history import HistoryFilter, HistoryRow
from projections.database import ReadDatabase
from projections.positions import ReadPositions

PAGE: Final = 500
REMEMBERED: Final = 100_000
"""Mailboxes whose part in an export is known to be on record; past it one may be recorded again."""


@dataclass(frozen=True, slots=True)
class LeafPlace:
    """Where the audit log has an event: its leaf's number, and its sequence in its subject's chain."""

    index: int
    subject: str
    sequence: int


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """A row of the history, and its place in the audit log; None where it is not there yet."""

    row: HistoryRow
    leaf: LeafPlace | None


@dataclass(frozen=True, slots=True)
class Export:
    """What is taken out, newest first, page by page; `position`: as of where in the log."""

    position: int
    pages: AsyncIterator[list[ExportedRow]]


class LeafPlaces(Protocol):
    """Where the audit log has events."""

    async def of(self, event_ids: Collection[UUID]) -> Mapping[UUID, LeafPlace]:
        """Those of the events that have leaves by now. Raises `Retryable`."""
        ...


class Exporting:
    """The use case of auditors who need more than a page."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        database: ReadDatabase,
        positions: ReadPositions,
        places: LeafPlaces,
        clock: Clock,
    ) -> None:
        self._events = events
        self._scope = HistoryScope(events=events, authority=authority, parties=parties)
        self._database = database
        self._positions = positions
        self._places = places
        self._clock = clock

    async def begin(
        self,
        actor: Actor,
        asked: HistoryFilter,
        export_format: str,
        *,
        before: int | None,
        at_least: int | None,
    ) -> Export:
        """The history cut to the period of the auditor's scope. When this returns, the export is on record.

        `before`: only rows before that position, where one that broke off goes on. Raises `NotAllowed`; its
        pages raise that too, as soon as the scope ends, and `Retryable`.
        """
        at = self._clock.now()
        may = await self._scope.within(actor, asked, at)
        position = await self._positions.wait_for(access_history.MODEL.name, at_least or 0)
        record = _Record(self._events, export_format, actor)
        first = await self._page(actor, may, before)
        await record.begin(may, LookedAt(**asdict(may.wanted), before=before), first, at)
        return Export(position, self._pages(actor, asked, may, first, record))

    async def _pages(
        self,
        actor: Actor,
        asked: HistoryFilter,
        may: HistoryWithin,
        page: list[HistoryRow],
        record: _Record,
    ) -> AsyncIterator[list[ExportedRow]]:
        while page:
            places = await self._places.of([row.event_id for row in page if row.event_id])
            yield [ExportedRow(row, places.get(row.event_id) if row.event_id else None) for row in page]
            if len(page) < PAGE:
                return
            now = self._clock.now()
            if (await self._scope.within(actor, asked, now)).basis.id != may.basis.id:
                raise NotAllowed("another scope")
            page = await self._page(actor, may, page[-1].position)
            await record.go_on(may, page, now)

    async def _page(self, actor: Actor, may: HistoryWithin, before: int | None) -> list[HistoryRow]:
        return await self._database.run(
            access_history.page,
            may.wanted,
            before=before,
            limit=PAGE,
            merged=may.merged,
            without_looks_of=actor.party_id if may.leaves_own_looks_out else None,
        )


class _Record:
    """Puts an export on record under every mailbox that is in it, before its rows leave."""

    def __init__(self, events: EventStore, export_format: str, actor: Actor) -> None:
        self._events = events
        self._format = export_format
        self._actor = actor
        self._told: set[UUID] = set()

    async def begin(self, may: HistoryWithin, asked: LookedAt, page: list[HistoryRow], at: datetime) -> None:
        """The export itself, and the mailboxes of its first page."""
        await self._events.append(*self._look(may, may.mailbox_id, asked, at), *self._looks(may, page, at))

    async def go_on(self, may: HistoryWithin, page: list[HistoryRow], at: datetime) -> None:
        """The mailboxes that a further page adds."""
        if facts := self._looks(may, page, at):
            await self._events.append(*facts)

    def _looks(self, may: HistoryWithin, page: list[HistoryRow], at: datetime) -> list[Event]:
        new = [one for one in may.others_in(page) if one not in self._told]
        if len(self._told) > REMEMBERED:
            self._told.clear()
        self._told.update(new)
        return [fact for one in new for fact in self._look(may, one, may.seen_of(one), at)]

    def _look(
        self, may: HistoryWithin, mailbox_id: UUID | None, asked: LookedAt, at: datetime
    ) -> list[Event]:
        look = AuditLook.exported(self._format, mailbox_id, self._actor, may.basis, at, asked)
        return look.new_facts()
