"""The inbox: what a mailbox holds, newest first, and its counts.

What is there to be seen is what events say: a message is listed from its release until its expiry, unless it
was withdrawn. A page of the plain list costs the same whatever the mailbox holds: rows come from an index in
the order of the list, and totals from counters that the fold keeps. `projections/inbox_lists.py` has the
other lists.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Select, bindparam, false, func, select

from domain.events.access import AccessRecorded
from domain.events.mailbox import MailboxMerged, OwnerErased
from domain.events.message import MessageExpired, MessagePublished, MessageWithdrawn
from projections.inbox_conditions import in_partitions
from projections.inbox_expiry import narrowed
from projections.inbox_filter import InboxItem, InboxPage, MailboxCounts, MessageFilter, Named, Window
from projections.inbox_fold import fold
from projections.inbox_lists import list_changed, list_filtered, list_plain
from projections.inbox_search import search
from projections.inbox_tables import COUNTERS, FROM_THE_LIST, INBOX, IS_LISTED, MERGES, NEWEST_FIRST, TEXTS
from projections.message_facts import CHANGES
from projections.model import ReadModel

__all__ = ["MODEL", "InboxItem", "InboxPage", "MailboxCounts", "MessageFilter", "Named", "counts", "page"]

MODEL: Final = ReadModel(
    name="inbox",
    tables=(INBOX, TEXTS, COUNTERS, MERGES),
    handles=frozenset(
        {
            MessagePublished,
            MessageExpired,
            MessageWithdrawn,
            AccessRecorded,
            MailboxMerged,
            OwnerErased,
            *CHANGES,
        }
    ),
    fold=fold,
)


def page(
    connection: Connection,
    mailbox_id: UUID,
    wanted: MessageFilter,
    *,
    page: int,
    page_size: int,
    named: Named | None = None,
    exact_total: bool = False,
) -> InboxPage:
    """The `page`th page (from 1) of what is wanted, newest first, or what has changed in the order of change.

    `named`: where words are wanted, the reference data whose own texts have them. `exact_total`: count all,
    however many there are.
    """
    if wanted.is_nothing:
        return InboxPage([], 0, is_total_capped=False)
    wanted = narrowed(connection, mailbox_id, wanted)
    window = Window(page_size, (page - 1) * page_size, exact_total)
    if wanted.changed_after is not None:
        return list_changed(connection, mailbox_id, wanted, named, window)
    if wanted.words is not None:
        return search(connection, mailbox_id, wanted, named or Named(), window)
    if wanted.is_plain:
        return list_plain(connection, mailbox_id, wanted, window)
    return list_filtered(connection, mailbox_id, wanted, window)


def counts(
    connection: Connection, mailbox_id: UUID, partitions: frozenset[str] | None = None
) -> MailboxCounts:
    """What the mailbox holds that is neither hidden nor archived, in these partitions alone, if given."""
    query, parameters = _COUNTS, {"mailbox": mailbox_id}
    if partitions is not None:
        query = _counted_rows(partitions)
    found = connection.execute(query, parameters).one_or_none()
    return MailboxCounts(*found) if found else MailboxCounts(0, 0, 0, None, None)


_m, _c = INBOX.c, COUNTERS.c
_MAILBOX = bindparam("mailbox", type_=_m.mailbox_id.type)
_ON_TOP = (_m.mailbox_id == _MAILBOX, _m.is_hidden == false(), _m.is_archived == false(), IS_LISTED)
_LAST_RECEIPT = (
    select(_m.received_at).where(*_ON_TOP, FROM_THE_LIST).order_by(*NEWEST_FIRST).limit(1).scalar_subquery()
)
_WHOLE = (_c.mailbox_id == _MAILBOX, _c.is_hidden == false(), _c.is_archived == false())
_COUNTS: Final = select(_c.messages, _c.unread, _c.size, _LAST_RECEIPT, _c.last_consulted_at).where(*_WHOLE)


def _counted_rows(partitions: frozenset[str]) -> Select[int, int, int, datetime | None, datetime | None]:
    """There are no counters for partitions: whoever may see only some has their rows counted."""
    return select(
        func.count(),
        func.count().filter(_m.is_unread),
        func.coalesce(func.sum(_m.size), 0).cast(BigInteger),
        func.max(_m.received_at),
        select(_c.last_consulted_at).where(*_WHOLE).scalar_subquery(),
    ).where(*_ON_TOP, in_partitions(_m, partitions))
