"""The inbox: what a mailbox holds, newest first, and its counts.

What is there to be seen is what events say: a message is listed from its release until its expiry. A page of
the plain list costs the same whatever the mailbox holds: rows come from an index in the order of the list,
and totals from counters that the fold keeps. `projections/inbox_lists.py` has the other lists.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, false, select

from domain.events.access import AccessRecorded
from domain.events.message import MessageExpired, MessagePublished
from projections.inbox_filter import InboxItem, InboxPage, MailboxCounts, MessageFilter, Named
from projections.inbox_fold import fold
from projections.inbox_lists import list_changed, list_filtered, list_plain
from projections.inbox_search import search
from projections.inbox_tables import COUNTERS, INBOX, IS_LISTED, NEWEST_FIRST, TEXTS
from projections.message_facts import CHANGES
from projections.model import ReadModel

__all__ = ["MODEL", "InboxItem", "InboxPage", "MailboxCounts", "MessageFilter", "Named", "counts", "page"]

MODEL: Final = ReadModel(
    name="inbox",
    tables=(INBOX, TEXTS, COUNTERS),
    handles=frozenset({MessagePublished, MessageExpired, AccessRecorded, *CHANGES}),
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
) -> InboxPage:
    """The `page`th page (from 1) of what is wanted, newest first, or what has changed in the order of change.

    `named`: where words are wanted, the reference data whose own texts have them.
    """
    skip = (page - 1) * page_size
    if wanted.changed_after is not None:
        return list_changed(connection, mailbox_id, wanted, named, page_size, skip)
    if wanted.words is not None:
        return search(connection, mailbox_id, wanted, named or Named(), page_size, skip)
    if wanted.is_plain:
        return list_plain(connection, mailbox_id, wanted, page_size, skip)
    return list_filtered(connection, mailbox_id, wanted, page_size, skip)


def counts(connection: Connection, mailbox_id: UUID) -> MailboxCounts:
    """What the mailbox holds that is neither hidden nor archived."""
    found = connection.execute(_COUNTS, {"mailbox": mailbox_id}).one_or_none()
    return MailboxCounts(*found) if found else MailboxCounts(0, 0, 0, None, None)


_m, _c = INBOX.c, COUNTERS.c
_MAILBOX = bindparam("mailbox", type_=_m.mailbox_id.type)
_LAST_RECEIPT = (
    select(_m.received_at)
    .where(_m.mailbox_id == _MAILBOX, _m.is_hidden == false(), _m.is_archived == false(), IS_LISTED)
    .order_by(*NEWEST_FIRST)
    .limit(1)
    .scalar_subquery()
)
_COUNTS: Final = select(_c.messages, _c.unread, _c.size, _LAST_RECEIPT, _c.last_consulted_at).where(
    _c.mailbox_id == _MAILBOX, _c.is_hidden == false(), _c.is_archived == false()
)
