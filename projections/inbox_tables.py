"""The inbox's tables: a row for each message, and a row of counters for each mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Named, Table, TypedColumns

from projections.columns import METADATA, Moment
from projections.message_facts import MessageColumns

INBOX: Final = Table("inbox", METADATA, MessageColumns)


class CounterColumns(TypedColumns):
    """What a mailbox holds, whatever the clock says; `size` in bytes."""

    mailbox_id: Named[UUID] = Column(primary_key=True)
    messages: Named[int]
    unread: Named[int]
    size: Named[int] = Column(BigInteger)
    last_consulted_at: Named[datetime | None] = Column(Moment)


COUNTERS: Final = Table("inbox_counters", METADATA, CounterColumns)

_m = INBOX.c
NEWEST_FIRST = (_m.published_at.desc(), _m.message_id.desc())
IS_SCHEDULED = _m.visible_from > _m.published_at

Index("inbox_newest", _m.mailbox_id, *NEWEST_FIRST)
for _name, _part in (
    ("inbox_newest_unread", _m.opened_at.is_(None)),
    ("inbox_newest_read", _m.opened_at.is_not(None)),
):
    Index(_name, _m.mailbox_id, *NEWEST_FIRST, postgresql_where=_part, sqlite_where=_part)
Index("inbox_expiry", _m.mailbox_id, _m.expires_at)
Index(
    "inbox_scheduled",
    _m.mailbox_id,
    _m.visible_from,
    postgresql_where=IS_SCHEDULED,
    sqlite_where=IS_SCHEDULED,
)
