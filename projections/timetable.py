"""What falls due when: the scheduler's list, one row for each message that still has something ahead of it.

It only says which messages are worth a look. Whether anything is due is decided by the message itself, from
the log: a list that is behind, or a second scheduler, makes nothing happen twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Named,
    Table,
    TypedColumns,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
)

from domain.events.base import Event
from domain.events.mailbox import OwnerErased
from domain.events.message import (
    DocumentsPurged,
    ExpiryAnnounced,
    MessageExpired,
    MessageOpened,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    MessageWithdrawn,
    ReminderDue,
)
from domain.message import expiry_warning_due, reminder_due
from projections.bulk import insert_rows, replace_all, upsert_rows
from projections.columns import METADATA, Moment
from projections.erasing import forget_mailbox
from projections.model import Located, ReadModel, Row


class TimetableColumns(TypedColumns):
    """`due_at` is when the next thing falls due, null once the message has expired; `expired_at` is set then.

    A message whose documents are gone, or that never had any, has no row after its expiry; one whose owner
    was erased has none any more.
    """

    message_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    visible_from: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    has_documents: Named[bool]
    is_released: Named[bool]
    is_opened: Named[bool]
    is_reminded: Named[bool]
    is_expiry_announced: Named[bool]
    expired_at: Named[datetime | None] = Column(Moment)
    due_at: Named[datetime | None] = Column(Moment)


TIMETABLE: Final = Table("timetable", METADATA, TimetableColumns)

_t = TIMETABLE.c
_LIES_AHEAD = _t.due_at.is_not(None)
_HAS_EXPIRED = _t.expired_at.is_not(None)
Index("timetable_due", _t.due_at, _t.message_id, postgresql_where=_LIES_AHEAD, sqlite_where=_LIES_AHEAD)
Index("timetable_mailbox", _t.mailbox_id)
Index(
    "timetable_expired",
    _t.expired_at,
    _t.message_id,
    postgresql_where=_HAS_EXPIRED,
    sqlite_where=_HAS_EXPIRED,
)


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message to look at; `at` is since when."""

    at: datetime
    message_id: UUID


def due(
    connection: Connection, now: datetime, *, limit: int, after: DueMessage | None = None
) -> list[DueMessage]:
    """At most `limit` messages of which something is due, longest due first; those behind `after` alone."""
    return _page(connection, _DUE, now, limit, after)


def expired(
    connection: Connection, until: datetime, *, limit: int, after: DueMessage | None = None
) -> list[DueMessage]:
    """At most `limit` messages that expired up to that moment and whose documents are still kept."""
    return _page(connection, _EXPIRED, until, limit, after)


def count_expired(connection: Connection, until: datetime) -> int:
    """How many messages expired up to that moment and still have documents."""
    counted = select(func.count()).where(_HAS_EXPIRED, _t.expired_at <= until)
    return connection.execute(counted).scalar_one()


def _page(
    connection: Connection,
    column: Column[datetime | None],
    until: datetime,
    limit: int,
    after: DueMessage | None,
) -> list[DueMessage]:
    query = (
        select(column, _t.message_id)
        .where(column.is_not(None), column <= until)
        .order_by(column, _t.message_id)
        .limit(limit)
    )
    if after is not None:
        behind = (literal(after.at, column.type), literal(after.message_id, _t.message_id.type))
        query = query.where(tuple_(column, _t.message_id) > tuple_(*behind))
    return [DueMessage(at, message_id) for at, message_id in connection.execute(query) if at is not None]


_DUE: Final = _t.due_at
_EXPIRED: Final = _t.expired_at
_ROWS: Final = select(TIMETABLE).where(_t.message_id.in_(bindparam("messages", expanding=True)))
_REMOVE: Final = delete(TIMETABLE).where(_t.message_id.in_(bindparam("messages", expanding=True)))


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    begin = 0
    for index, (_, event) in enumerate(page):
        if isinstance(event, OwnerErased):
            _take_in(connection, page[begin:index])
            forget_mailbox(connection, event, TIMETABLE)
            begin = index + 1
    _take_in(connection, page[begin:])


def _take_in(connection: Connection, page: Sequence[Located]) -> None:
    published = {event.originator_id for _, event in page if isinstance(event, MessagePublished)}
    earlier = list({event.originator_id for _, event in page} - published)
    rows: dict[UUID, Row] = {}
    if earlier:
        found = connection.execute(_ROWS, {"messages": earlier}).mappings()
        rows = {row["message_id"]: dict(row) for row in found}
    for _, event in page:
        message_id = event.originator_id
        if message_id not in rows and message_id not in published:
            continue  # its owner was erased
        match event:
            case MessagePublished():
                rows[message_id] = _published(event)
            case DocumentsPurged():
                rows[message_id]["has_documents"] = False
            case MessageExpired():
                rows[message_id]["expired_at"] = event.timestamp
            case _:
                rows[message_id].update(_FLAGS[type(event)])
    over = [message_id for message_id, row in rows.items() if row["expired_at"] and not row["has_documents"]]
    if over:
        connection.execute(_REMOVE, {"messages": over})
    for message_id in over:
        del rows[message_id]
    for row in rows.values():
        row["due_at"] = _next(row)
    insert_rows(connection, TIMETABLE, [row for message_id, row in rows.items() if message_id in published])
    changed = [row for message_id, row in rows.items() if message_id not in published]
    upsert_rows(connection, TIMETABLE, changed, replace_all)


_NOTHING_MORE: Final = {"is_released": True, "is_opened": True}
"""Of what was taken back, nothing falls due any more but its expiry."""
_FLAGS: Final[dict[type[Event], Row]] = {
    MessageReleased: {"is_released": True},
    MessageOpened: {"is_opened": True},
    ReminderDue: {"is_reminded": True},
    ExpiryAnnounced: {"is_expiry_announced": True},
    MessageWithdrawn: _NOTHING_MORE,
    MessageRecalled: _NOTHING_MORE,
}


def _published(event: MessagePublished) -> Row:
    return {
        "message_id": event.originator_id,
        "mailbox_id": event.mailbox_id,
        "visible_from": event.visible_from,
        "expires_at": event.expires_at,
        "has_documents": bool(event.attachments),
        "is_released": event.visible_from <= event.timestamp,
        "is_opened": False,
        "is_reminded": False,
        "is_expiry_announced": False,
        "expired_at": None,
        "due_at": None,
    }


def _next(row: Row) -> datetime | None:
    """When the scheduler should look at the message again."""
    if row["expired_at"] is not None:
        return None
    ahead: list[datetime | None] = [row["expires_at"]]
    if not row["is_released"]:
        ahead.append(row["visible_from"])
    elif not row["is_opened"]:
        if not row["is_reminded"]:
            ahead.append(reminder_due(row["visible_from"], row["expires_at"]))
        if not row["is_expiry_announced"]:
            ahead.append(expiry_warning_due(row["visible_from"], row["expires_at"]))
    return min(moment for moment in ahead if moment is not None)


MODEL: Final = ReadModel(
    name="timetable",
    tables=(TIMETABLE,),
    handles=frozenset({MessagePublished, DocumentsPurged, MessageExpired, OwnerErased, *_FLAGS}),
    fold=_fold,
    version=3,
)
