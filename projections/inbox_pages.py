"""How a page of a list is had from the database, with its total.

Totals are counted up to their limit and no further, unless more is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    UnaryExpression,
    func,
    literal,
    select,
    true,
    union_all,
)

from projections.inbox_filter import InboxItem, InboxPage, Window
from projections.inbox_tables import INBOX, NEWEST_FIRST

_m = INBOX.c
IN_ORDER_OF_CHANGE: Final = (_m.position, _m.message_id)
ITEMS: Final = select(*(_m[field.name] for field in fields(InboxItem)))

Conditions: TypeAlias = Sequence[ColumnElement[bool]]
Order: TypeAlias = Sequence[UnaryExpression[Any] | ColumnElement[Any]]


def in_order(connection: Connection, conditions: Conditions, order: Order, window: Window) -> InboxPage:
    """A page by walking an index that has the order."""
    return with_total(connection, _counting([conditions], window), [conditions], order, window)


def merged(connection: Connection, branches: Sequence[Conditions], window: Window) -> InboxPage:
    """A page, newest first, of what any of these conditions leave; no two may leave the same."""
    return with_total(connection, _counting(branches, window), branches, NEWEST_FIRST, window)


def walked(connection: Connection, conditions: Conditions, window: Window, total: int) -> InboxPage:
    """A page by walking the list, of which the total is known."""
    return window.of(
        [InboxItem(*facts) for facts in connection.execute(_part(conditions, NEWEST_FIRST, window))], total
    )


def count(connection: Connection, conditions: Conditions, window: Window) -> int:
    """How many there are, as far as that is to be counted."""
    return connection.execute(_counting([conditions], window)).scalar_one()


def _counting(branches: Sequence[Conditions], window: Window) -> Select[int]:
    rows = [select(literal(1).label("one")).select_from(INBOX).where(*one) for one in branches]
    both = rows[0] if len(rows) == 1 else select(union_all(*rows).subquery("any"))
    return select(func.count().label("total")).select_from(both.limit(window.counted).subquery("some"))


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
    query = ITEMS.where(_m.message_id.in_(ids)).order_by(*NEWEST_FIRST)
    return [InboxItem(*facts) for facts in connection.execute(query)]


def with_total(
    connection: Connection,
    counted: Select[Any],
    branches: Sequence[Conditions],
    order: Order,
    window: Window,
) -> InboxPage:
    """The total with each row of the page, or alone beside an empty page: one question instead of two."""
    page = _page(branches, order, window)
    totals, inner = counted.subquery("totals"), page.c
    outer_order = (
        (inner.position, inner.message_id)
        if order is IN_ORDER_OF_CHANGE
        else (inner.received_at.desc(), inner.message_id.desc())
    )
    query = select(totals.c.total, *inner).select_from(totals.outerjoin(page, true())).order_by(*outer_order)
    rows = connection.execute(query).all()
    if not rows:  # the mailbox has no counters: nothing like this was ever there
        return InboxPage([], 0, is_total_capped=False)
    items = [InboxItem(*facts) for _, *facts in rows if facts[0] is not None]
    return window.of(items, rows[0].total)


def _page(branches: Sequence[Conditions], order: Order, window: Window) -> Subquery:
    if len(branches) == 1:
        return _part(branches[0], order, window).subquery("page")
    # Each branch in its index's order, no further than the page can reach into it.
    reach = Window(window.skip + window.size, 0)
    parts = [select(_part(one, order, reach).subquery()) for one in branches]
    together = union_all(*parts).subquery("parts")
    newest_first = (together.c.received_at.desc(), together.c.message_id.desc())
    return select(together).order_by(*newest_first).limit(window.size).offset(window.skip).subquery("page")


def _part(conditions: Conditions, order: Order, window: Window) -> Select[Any]:
    return ITEMS.where(*conditions).order_by(*order).limit(window.size).offset(window.skip)
