"""When a message that expires in a period can have come: that narrows where in the list it is looked for.

The list is in the order of receipt, and an index can serve one order only. But a mailbox's messages are all
listed for about as long as one another, so that their expiry says when about they came.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, false, select

from projections.inbox_filter import MessageFilter
from projections.inbox_tables import COUNTERS

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def narrowed(connection: Connection, mailbox_id: UUID, wanted: MessageFilter) -> MessageFilter:
    """The same messages, with the period of receipt that their expiry leaves them."""
    if wanted.expired_before is None and wanted.expired_after is None:
        return wanted
    known = connection.execute(_LISTED_FOR, {"mailbox": mailbox_id}).one_or_none()
    if known is None or known.shortest is None:
        return wanted
    before, after = wanted.received_before, wanted.received_after
    if wanted.expired_before is not None:
        last = _earlier(wanted.expired_before, known.shortest)
        before = last if before is None else min(before, last)
    if wanted.expired_after is not None:
        first = _earlier(wanted.expired_after, known.longest)
        after = first if after is None else max(after, first)
    return replace(wanted, received_before=before, received_after=after)


def _earlier(moment: datetime, seconds: int) -> datetime:
    """So many seconds before, or the end of time that computers know on that side."""
    try:
        return moment - timedelta(seconds=seconds)
    except OverflowError:
        return _EARLIEST if seconds > 0 else _LATEST


_c = COUNTERS.c
_LISTED_FOR: Final = select(_c.shortest, _c.longest).where(
    _c.mailbox_id == bindparam("mailbox"), _c.is_hidden == false(), _c.is_archived == false()
)
