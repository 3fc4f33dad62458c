"""The lists of a mailbox in which no words are looked for, each in the order of an index.

Totals are counted up to their limit and no further. PostgreSQL's planner has to be led: it does not know what
is rare in one mailbox, and might walk all of it for a page. So one condition drives a query, and the others
are hidden from the planner as `(…) IS TRUE`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, ScalarSelect, select

from domain.decisions import NO_PARTITION
from projections.inbox_conditions import (
    equal_to,
    expiring,
    flags,
    in_list,
    matches,
    read_status,
    received,
    shelf,
    unseen,
    visible,
)
from projections.inbox_filter import TOTAL_LIMIT, InboxItem, InboxPage, MessageFilter, Named, Window
from projections.inbox_pages import (
    IN_ORDER_OF_CHANGE,
    ITEMS,
    Conditions,
    count,
    gathered,
    in_order,
    merged,
    walked,
    with_total,
)
from projections.inbox_tables import COUNTERS, INBOX, NEWEST_FIRST, TEXTS

_m = INBOX.c
_FEW_PARTITIONS: Final = 16
"""So many are read one by one; beyond, the whole list is read for them."""


def list_plain(connection: Connection, mailbox_id: UUID, wanted: MessageFilter, window: Window) -> InboxPage:
    """A page whose total is counted already."""
    c = COUNTERS.c
    total = {None: c.messages, False: c.unread, True: c.messages - c.unread}[wanted.read_status]
    counted = select(total.label("total")).where(
        c.mailbox_id == mailbox_id, c.is_hidden == wanted.is_hidden, c.is_archived == wanted.is_archived
    )
    return with_total(connection, counted, [in_list(mailbox_id, wanted)], NEWEST_FIRST, window)


def list_filtered(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, window: Window
) -> InboxPage:
    """A page of what these conditions leave."""
    equal, expiry = equal_to(_m, wanted), expiring(_m, wanted)
    if equal:
        hidden = [*equal[1:], *expiry, *read_status(_m, wanted), *visible(_m, wanted)]
        conditions = [*shelf(mailbox_id, wanted), equal[0], *received(_m, wanted), *map(unseen, hidden)]
        return in_order(connection, conditions, NEWEST_FIRST, window)
    if expiry:
        return _list_expiring(connection, mailbox_id, wanted, window)
    if wanted.partitions is not None and len(wanted.partitions) <= _FEW_PARTITIONS:
        return merged(connection, _by_partition(mailbox_id, wanted, wanted.partitions), window)
    conditions = [*in_list(mailbox_id, wanted), *map(unseen, visible(_m, wanted))]
    return in_order(connection, conditions, NEWEST_FIRST, window)


def _list_expiring(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, window: Window
) -> InboxPage:
    """Few are gathered by expiry, wherever in the list they are. Many are soon met on the way through it."""
    others = [*received(_m, wanted), *read_status(_m, wanted), *visible(_m, wanted)]
    conditions = [*shelf(mailbox_id, wanted), *expiring(_m, wanted), *map(unseen, others)]
    total = count(connection, conditions, window)
    if total <= TOTAL_LIMIT:
        return gathered(connection, select(_m.received_at, _m.message_id).where(*conditions), window)
    hidden = [*expiring(_m, wanted), *visible(_m, wanted)]
    return walked(connection, [*in_list(mailbox_id, wanted), *map(unseen, hidden)], window, total)


def _by_partition(mailbox_id: UUID, wanted: MessageFilter, partitions: frozenset[str]) -> list[Conditions]:
    """What a reader of these partitions may see, one partition at a time: each has its index."""
    hidden = [*map(unseen, read_status(_m, wanted))]
    named: list[Conditions] = [
        [*shelf(mailbox_id, wanted), _m.recipient_partition == one, *received(_m, wanted), *hidden]
        for one in sorted(partitions - {NO_PARTITION})
    ]
    if NO_PARTITION not in partitions:
        return named
    return [*named, [*in_list(mailbox_id, wanted), unseen(_m.recipient_partition.is_(None))]]


def list_changed(
    connection: Connection,
    mailbox_id: UUID,
    wanted: MessageFilter,
    named: Named | None,
    window: Window,
) -> InboxPage:
    """What has changed behind a position, in the order of change: also what is out of sight since.

    All that changed at once comes at once: a page that ends amid it has the rest too.
    """
    conditions = [_m.mailbox_id == mailbox_id, _m.position > wanted.changed_after]
    others = [_m.received_at.is_not(None), *received(_m, wanted), *expiring(_m, wanted), *visible(_m, wanted)]
    others += [*equal_to(_m, wanted), *read_status(_m, wanted), *flags(_m, wanted)]
    if wanted.words is not None:
        others.append(_has_words(wanted, named or Named()))
    hidden = [*map(unseen, others)]
    wider = replace(window, size=window.size + 1)
    found = in_order(connection, [*conditions, *hidden], IN_ORDER_OF_CHANGE, wider)
    items = found.items[: window.size]
    if found.items[window.size :] and found.items[-1].position == items[-1].position:
        last = items[-1]
        rest = [_m.mailbox_id == mailbox_id, _m.position == last.position, _m.message_id > last.message_id]
        query = ITEMS.where(*rest, *hidden).order_by(*IN_ORDER_OF_CHANGE)
        items += [InboxItem(*facts) for facts in connection.execute(query)]
    return replace(found, items=items)


def _has_words(wanted: MessageFilter, named: Named) -> ScalarSelect[bool]:
    t = TEXTS.c
    return select(matches(wanted, named)).where(t.message_id == _m.message_id).scalar_subquery()
