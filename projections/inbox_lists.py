"""The lists of a mailbox in which no words are looked for, each in the order of an index.

Totals are counted up to their limit and no further. PostgreSQL's planner has to be led: it does not know what
is rare in one mailbox, and might walk all of it for a page. So one condition drives a query, and the others
are hidden from the planner as `(…) IS TRUE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    UnaryExpression,
    func,
    literal,
    select,
    true,
)

from projections.inbox_conditions import (
    equal_to,
    expiring,
    flags,
    matches,
    read_status,
    received,
    shelf,
    unseen,
    visible,
)
from projections.inbox_filter import InboxItem, InboxPage, MessageFilter, Named, Window
from projections.inbox_tables import COUNTERS, INBOX, NEWEST_FIRST, TEXTS

_m = INBOX.c
_IN_ORDER_OF_CHANGE: Final = (_m.position, _m.message_id)
Conditions = Sequence[ColumnElement[bool]]


def list_plain(connection: Connection, mailbox_id: UUID, wanted: MessageFilter, window: Window) -> InboxPage:
    """A page whose total is counted already."""
    c = COUNTERS.c
    total = {None: c.messages, False: c.unread, True: c.messages - c.unread}[wanted.read_status]
    counted = select(total.label("total")).where(
        c.mailbox_id == mailbox_id, c.is_hidden == wanted.is_hidden, c.is_archived == wanted.is_archived
    )
    conditions = [*shelf(mailbox_id, wanted), *read_status(_m, wanted)]
    return _with_total(connection, counted, conditions, NEWEST_FIRST, window)


def list_filtered(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, window: Window
) -> InboxPage:
    """A page of what these conditions leave."""
    base = shelf(mailbox_id, wanted)
    equal, expiry = equal_to(_m, wanted), expiring(_m, wanted)
    rest = [*received(_m, wanted), *read_status(_m, wanted)]
    seen = visible(_m, wanted)
    if equal or not expiry:
        driving, hidden = equal[:1], [*equal[1:], *expiry, *seen]
        if driving:
            hidden, rest = [*hidden, *read_status(_m, wanted)], received(_m, wanted)
        conditions = [*base, *driving, *rest, *map(unseen, hidden)]
        return in_order(connection, conditions, NEWEST_FIRST, window)
    # What expires soon may all lie at the end of the list: rather gather it by expiry than look for it there.
    hits = select(_m.received_at, _m.message_id).where(*base, *expiry, *map(unseen, [*rest, *seen]))
    found = gathered(connection, hits, window)
    if not found.is_total_capped:
        return found
    return in_order(connection, [*base, *rest, *map(unseen, [*expiry, *seen])], NEWEST_FIRST, window)


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
    found = in_order(connection, [*conditions, *hidden], _IN_ORDER_OF_CHANGE, wider)
    items = found.items[: window.size]
    if found.items[window.size :] and found.items[-1].position == items[-1].position:
        last = items[-1]
        rest = [_m.mailbox_id == mailbox_id, _m.position == last.position, _m.message_id > last.message_id]
        query = _ITEMS.where(*rest, *hidden).order_by(*_IN_ORDER_OF_CHANGE)
        items += [InboxItem(*facts) for facts in connection.execute(query)]
    return replace(found, items=items)


def _has_words(wanted: MessageFilter, named: Named) -> ScalarSelect[bool]:
    t = TEXTS.c
    return select(matches(wanted, named)).where(t.message_id == _m.message_id).scalar_subquery()


def in_order(
    connection: Connection,
    conditions: Conditions,
    order: Sequence[UnaryExpression[Any] | ColumnElement[Any]],
    window: Window,
) -> InboxPage:
    """A page by walking an index that has the order, with a total counted up to its limit."""
    some = select(literal(1)).select_from(INBOX).where(*conditions).limit(window.counted).subquery("some")
    counted = select(func.count().label("total")).select_from(some)
    return _with_total(connection, counted, conditions, order, window)


def gathered(connection: Connection, hits: Select[datetime | None, UUID], window: Window) -> InboxPage:
    """A page of hits (moment and id) that are gathered first and sorted then.

    Beyond the limit of a total not all are gathered, so that the items are then not those of the page.
    """
    found = hits.limit(window.counted).cte("hits")
    counted = select(func.count().label("total")).select_from(found).subquery("counted")
    order = (found.c.received_at.desc(), found.c.message_id.desc())
    part = select(found.c.message_id).order_by(*order).limit(window.size).offset(window.skip).subquery("page")
    query = select(counted.c.total, part.c.message_id).select_from(counted.outerjoin(part, true()))
    rows = connection.execute(query).all()
    ids = [row.message_id for row in rows if row.message_id is not None]
    return window.of(items_of(connection, ids), rows[0].total)


def items_of(connection: Connection, ids: Sequence[UUID]) -> list[InboxItem]:
    """The messages with these ids, newest first."""
    if not ids:
        return []
    query = _ITEMS.where(_m.message_id.in_(ids)).order_by(*NEWEST_FIRST)
    return [InboxItem(*facts) for facts in connection.execute(query)]


_ITEMS: Final = select(*(_m[field.name] for field in fields(InboxItem)))


def _with_total(
    connection: Connection,
    counted: Select[Any],
    conditions: Conditions,
    order: Sequence[UnaryExpression[Any] | ColumnElement[Any]],
    window: Window,
) -> InboxPage:
    """The total with each row of the page, or alone beside an empty page: one question instead of two."""
    part = _ITEMS.where(*conditions).order_by(*order).limit(window.size).offset(window.skip).subquery("page")
    totals, inner = counted.subquery("totals"), part.c
    outer_order = (
        (inner.position, inner.message_id)
        if order is _IN_ORDER_OF_CHANGE
        else (inner.received_at.desc(), inner.message_id.desc())
    )
    query = select(totals.c.total, *inner).select_from(totals.outerjoin(part, true())).order_by(*outer_order)
    rows = connection.execute(query).all()
    if not rows:  # the mailbox has no counters: nothing like this was ever there
        return InboxPage([], 0, is_total_capped=False)
    items = [InboxItem(*facts) for _, *facts in rows if facts[0] is not None]
    return window.of(items, rows[0].total)
