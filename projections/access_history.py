"""The access history: what was published and told, and who accessed what, when, through which site, why.

It has a row for every event about a mailbox, so that it is also the index from a mailbox to its positions in
the log: a replay reads those and never the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, select, true

from projections.access_history_fold import HANDLES, fold
from projections.access_history_table import HISTORY, IS_ABOUT_OWNER, IS_PUBLICATION
from projections.model import ReadModel

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
    """One row of the history. `projections/access_history_table.py` says what the fields mean."""

    position: int
    event_id: UUID
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


def page(
    connection: Connection, wanted: HistoryFilter, *, limit: int, before: int | None = None
) -> list[HistoryRow]:
    """At most `limit` rows, newest first; only those before the position `before`, if it is given."""
    query = _ROWS.where(*_conditions(wanted)).order_by(HISTORY.c.position.desc()).limit(limit)
    if before is not None:
        query = query.where(HISTORY.c.position < before)
    return [HistoryRow(*row) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Until:
    """The moment of a replay: everything that happened up to this time, up to this position."""

    at: datetime
    position: int

    def conditions(self, mailbox_id: UUID) -> tuple[ColumnElement[bool], ...]:
        """What the rows of this mailbox up to then have in common."""
        h = HISTORY.c
        return (h.mailbox_id == mailbox_id, h.position <= self.position, h.at <= self.at)


def count_publications(connection: Connection, mailbox_id: UUID, until: Until) -> int:
    """How many messages had been published to the mailbox by then."""
    counted = select(func.count()).where(IS_PUBLICATION, *until.conditions(mailbox_id))
    return connection.execute(counted).scalar_one()


def publications(
    connection: Connection, mailbox_id: UUID, until: Until, *, limit: int, before: int | None = None
) -> list[tuple[int, UUID]]:
    """At most `limit` messages published by then, newest first: where in the log, and which."""
    h = HISTORY.c
    query = select(h.position, h.message_id).where(IS_PUBLICATION, *until.conditions(mailbox_id))
    if before is not None:
        query = query.where(h.position < before)
    found = connection.execute(query.order_by(h.position.desc()).limit(limit))
    return [(position, message_id) for position, message_id in found if message_id is not None]


def positions_of_owner(
    connection: Connection, *, mailbox_id: UUID, until: Until, after: int, limit: int
) -> list[int]:
    """Where the log has what happened to the mailbox itself by then: the next `limit` behind `after`."""
    is_next = HISTORY.c.position > after
    query = select(HISTORY.c.position).where(IS_ABOUT_OWNER, is_next, *until.conditions(mailbox_id))
    return list(connection.scalars(query.order_by(HISTORY.c.position).limit(limit)))


def positions_of_messages(
    connection: Connection, *, mailbox_id: UUID, message_ids: list[UUID], until: Until, after: int, limit: int
) -> list[int]:
    """Where the log has what happened to these messages by then: the next `limit` behind `after`."""
    # The messages are to be looked up: seen, the other conditions would lead through all of the mailbox.
    others = [one.is_(true()) for one in until.conditions(mailbox_id)]
    is_next = HISTORY.c.position > after
    query = select(HISTORY.c.position).where(HISTORY.c.message_id.in_(message_ids), is_next, *others)
    return list(connection.scalars(query.order_by(HISTORY.c.position).limit(limit)))


_ROWS: Final = select(*(HISTORY.c[field.name] for field in fields(HistoryRow)))
_EQUAL: Final = ("mailbox_id", "message_id", "actor_party", "site", "sender_organisation", "kind")


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
