"""The access history: what was published and told, and who accessed what, when, through which site, why.

It has a row for every event about a mailbox, so that it is also the index from a mailbox to its positions in
the log: a replay reads those and never the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, select, true

from domain.events.mailbox import MailboxMerged
from projections.access_history_fold import HANDLES, fold
from projections.access_history_table import HISTORY, IS_ABOUT_OWNER, IS_PUBLICATION, constant
from projections.model import ReadModel

T = TypeVar("T")

WITHHELD: Final = "withheld"
"""In place of a row's kind: an embargo keeps from the owner what it was."""

MODEL: Final = ReadModel(name="access_history", tables=(HISTORY,), handles=HANDLES, fold=fold)


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What to look for; None does not narrow. `start` is included, `end` is not."""

    mailbox_id: UUID | None = None
    message_id: UUID | None = None
    actor_party: UUID | None = None
    site: str | None = None
    sender_organisation: str | None = None
    kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class HistoryRow:
    """One row of the history. `projections/access_history_table.py` says what the fields mean.

    Of a row that is withheld from whoever asked only its position, its moment, its mailbox and
    `withheld_until` are told; `projections/access_history_owner.py` sees to that.
    """

    position: int
    event_id: UUID | None
    at: datetime
    kind: str
    mailbox_id: UUID | None
    message_id: UUID | None
    attachment_id: UUID | None
    access_id: UUID | None
    actor_party: UUID | None
    actor: str | None
    is_actor_erased: bool
    actor_kind: str | None
    site: str | None
    sender_organisation: str | None
    digital_key: str | None
    assurance_level: str | None
    basis_kind: str | None
    basis_id: UUID | None
    basis_version: int | None
    what: str | None
    detail: dict[str, Any] | None
    withheld_until: datetime | None = None

    @property
    def is_withheld(self) -> bool:
        """Whether this is all that may be told of it, until `withheld_until`."""
        return self.kind == WITHHELD


def page(
    connection: Connection,
    wanted: HistoryFilter,
    *,
    limit: int,
    before: int | None = None,
    merged: Sequence[UUID] = (),
    without_looks_of: UUID | None = None,
) -> list[HistoryRow]:
    """At most `limit` rows, newest first; only those before the position `before`, if it is given.

    For auditors: nothing is withheld. What owners see is `access_history_owner.page`.
    `merged`: further mailboxes whose rows are wanted as much as those of the mailbox in `wanted`.
    `without_looks_of`: the auditor whose looks are not wanted.
    """
    rows: list[HistoryRow] = []
    # One after the other: no index has the rows of several mailboxes in one order.
    for one in (wanted, *(replace(wanted, mailbox_id=mailbox_id) for mailbox_id in merged)):
        query = _ROWS.where(*_conditions(one)).order_by(HISTORY.c.position.desc()).limit(limit)
        if before is not None:
            query = query.where(HISTORY.c.position < before)
        if without_looks_of is not None:
            query = query.where(_IS_NO_LOOK | (HISTORY.c.actor_party != without_looks_of))
        rows += [HistoryRow(*row) for row in connection.execute(query)]
    return _newest(rows, limit, lambda row: row.position) if merged else rows


@dataclass(frozen=True, slots=True)
class Until:
    """The moment of a replay: everything that happened up to this time, up to this position."""

    at: datetime
    position: int

    def conditions(self, mailbox_id: UUID) -> tuple[ColumnElement[bool], ...]:
        """What the rows of this mailbox up to then have in common."""
        return (HISTORY.c.mailbox_id == mailbox_id, *self.moment())

    def moment(self) -> tuple[ColumnElement[bool], ...]:
        """What all rows up to then have in common."""
        return (HISTORY.c.position <= self.position, HISTORY.c.at <= self.at)


@dataclass(frozen=True, slots=True)
class Publication:
    """A message that was published: where in the log, which one, and into which mailbox."""

    position: int
    message_id: UUID
    mailbox_id: UUID


def count_publications(connection: Connection, mailboxes: Sequence[UUID], until: Until) -> int:
    """How many messages had been published to these mailboxes by then."""
    counted = [
        select(func.count()).where(IS_PUBLICATION, *until.conditions(mailbox_id)) for mailbox_id in mailboxes
    ]
    return sum(connection.execute(query).scalar_one() for query in counted)


def publications(
    connection: Connection,
    mailboxes: Sequence[UUID],
    until: Until,
    *,
    limit: int,
    before: int | None = None,
) -> list[Publication]:
    """At most `limit` messages published to these mailboxes by then, newest first."""
    h = HISTORY.c
    found: list[Publication] = []
    for mailbox_id in mailboxes:
        query = select(h.position, h.message_id).where(IS_PUBLICATION, *until.conditions(mailbox_id))
        if before is not None:
            query = query.where(h.position < before)
        rows = connection.execute(query.order_by(h.position.desc()).limit(limit))
        found += [Publication(at, message, mailbox_id) for at, message in rows if message is not None]
    return _newest(found, limit, lambda one: one.position)


def merges(connection: Connection, mailboxes: Sequence[UUID], until: Until) -> dict[UUID, UUID]:
    """Which of these mailboxes had been merged by then, and into which each."""
    h = HISTORY.c
    is_merge = (IS_ABOUT_OWNER, h.kind == constant(MailboxMerged.TOPIC))
    queries = [
        select(h.mailbox_id, h.detail).where(*is_merge, *until.conditions(mailbox_id))
        for mailbox_id in mailboxes
    ]
    rows = [row for query in queries for row in connection.execute(query)]
    return {mailbox_id: UUID(detail["into_mailbox"]) for mailbox_id, detail in rows if mailbox_id is not None}


def positions_of_owner(
    connection: Connection, *, mailbox_id: UUID, until: Until, after: int, limit: int
) -> list[int]:
    """Where the log has what happened to the mailbox itself by then: the next `limit` behind `after`."""
    is_next = HISTORY.c.position > after
    query = select(HISTORY.c.position).where(IS_ABOUT_OWNER, is_next, *until.conditions(mailbox_id))
    return list(connection.scalars(query.order_by(HISTORY.c.position).limit(limit)))


def positions_of_messages(
    connection: Connection,
    *,
    mailbox_id: UUID,
    message_ids: list[UUID],
    until: Until,
    after: int,
    limit: int,
    merged: Sequence[UUID] = (),
) -> list[int]:
    """Where the log has what happened to these messages of a mailbox by then.

    The next `limit` behind `after`. `merged`: mailboxes of the same owner, under which somebody may have
    looked at them since.
    """
    h = HISTORY.c
    is_there: ColumnElement[bool] = h.mailbox_id == mailbox_id
    if merged:
        is_there |= h.mailbox_id.in_(merged) & h.kind.not_like(constant("message.%"))
    # The messages are to be looked up: seen, the other conditions would lead through all of the mailbox.
    others = [one.is_(true()) for one in (is_there, *until.moment())]
    is_next = HISTORY.c.position > after
    query = select(HISTORY.c.position).where(HISTORY.c.message_id.in_(message_ids), is_next, *others)
    return list(connection.scalars(query.order_by(HISTORY.c.position).limit(limit)))


def _newest(found: list[T], limit: int, position: Callable[[T], int]) -> list[T]:
    return sorted(found, key=position, reverse=True)[:limit]


_ROWS: Final = select(*(HISTORY.c[field.name] for field in fields(HistoryRow)))
_EQUAL: Final = ("mailbox_id", "message_id", "actor_party", "site", "sender_organisation", "kind")


_IS_NO_LOOK: Final = HISTORY.c.kind.not_like("audit.%")


def _conditions(wanted: HistoryFilter) -> Iterator[ColumnElement[bool]]:
    """Which index is best depends on the values (a rare kind, a long period): the planner is to see them."""
    for name in _EQUAL:
        value = getattr(wanted, name)
        if value is not None:
            yield HISTORY.c[name] == _in_sight(name, value)
    if wanted.start is not None:
        yield HISTORY.c.at >= _in_sight("at", wanted.start)
    if wanted.end is not None:
        yield HISTORY.c.at < _in_sight("at", wanted.end)


def _in_sight(column: str, value: object) -> BindParameter[Any]:
    return bindparam(None, value, type_=HISTORY.c[column].type, literal_execute=True)
