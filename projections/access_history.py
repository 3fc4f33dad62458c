"""The access history: what was published and told, and who accessed what, when, through which site, why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, select

from domain.events.access import AccessRecorded
from domain.events.audit import AuditReplayed
from domain.events.message import MessageOpened, MessagePublished
from domain.events.notification import NotificationFailed, NotificationSent
from projections.access_history_fold import fold
from projections.access_history_table import HISTORY
from projections.model import ReadModel

MODEL: Final = ReadModel(
    name="access_history",
    tables=(HISTORY,),
    handles=frozenset(
        {
            MessagePublished,
            MessageOpened,
            AccessRecorded,
            NotificationSent,
            NotificationFailed,
            AuditReplayed,
        }
    ),
    fold=fold,
)


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
