"""The lists of a mailbox in which no words are looked for, each in the order of an index.

Totals are counted up to their limit and no further. PostgreSQL's planner has to be led: it does not know what
is rare in one mailbox, and might walk all of it for a page. So one condition drives a query, and the others
are hidden from the planner as `(…) IS TRUE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    UnaryExpression,
    and_,
    func,
    literal,
    or_,
    select,
    true,
)

from projections.folding import folded
from projections.inbox_filter import TOTAL_LIMIT, InboxItem, InboxPage, MessageFilter, Named
from projections.inbox_tables import COUNTERS, INBOX, IS_LISTED, NEWEST_FIRST, TEXTS

_m = INBOX.c
_IN_ORDER: Final = (_m.received_at.desc(), _m.message_id.desc())
_EQUAL: Final = ("message_type", "sender_application", "sender_organisation", "registered")
"""The filters that have an index, those that narrow most first."""

Conditions = Sequence[ColumnElement[bool]]


def list_plain(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, size: int, skip: int
) -> InboxPage:
    """A page whose total is counted already."""
    c = COUNTERS.c
    total = {None: c.messages, False: c.unread, True: c.messages - c.unread}[wanted.read_status]
    counted = select(total.label("total")).where(
        c.mailbox_id == mailbox_id, c.is_hidden == wanted.is_hidden, c.is_archived == wanted.is_archived
    )
    conditions = [*shelf(mailbox_id, wanted), *read_status(wanted)]
    return _with_total(connection, counted, conditions, NEWEST_FIRST, size, skip)


def list_filtered(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, size: int, skip: int
) -> InboxPage:
    """A page of what these conditions leave."""
    base = shelf(mailbox_id, wanted)
    equal = [_m[name] == value for name in _EQUAL if (value := getattr(wanted, name)) is not None]
    expiry = expiry_conditions(wanted)
    rest = [*received(_m.received_at, wanted), *read_status(wanted)]
    if equal or not expiry:
        driving, hidden = equal[:1], [*equal[1:], *expiry]
        if driving:
            hidden, rest = [*hidden, *read_status(wanted)], received(_m.received_at, wanted)
        conditions = [*base, *driving, *rest, *map(unseen, hidden)]
        return in_order(connection, conditions, NEWEST_FIRST, size, skip)
    # What expires soon may all lie at the end of the list: rather gather it by expiry than look for it there.
    hits = select(_m.received_at, _m.message_id).where(*base, *expiry, *map(unseen, rest))
    found = gathered(connection, hits, size, skip)
    if not found.is_total_capped:
        return found
    return in_order(connection, [*base, *rest, *map(unseen, expiry)], NEWEST_FIRST, size, skip)


def list_changed(
    connection: Connection,
    mailbox_id: UUID,
    wanted: MessageFilter,
    named: Named | None,
    size: int,
    skip: int,
) -> InboxPage:
    """What has changed behind a position, in the order of change: also what is out of sight since."""
    conditions = [_m.mailbox_id == mailbox_id, _m.position > wanted.changed_after]
    others = [_m.received_at.is_not(None), *received(_m.received_at, wanted), *expiry_conditions(wanted)]
    others += [_m[name] == value for name in _EQUAL if (value := getattr(wanted, name)) is not None]
    others += [*read_status(wanted), *_flags(wanted)]
    if wanted.words is not None:
        others.append(_has_words(wanted, named or Named()))
    return in_order(connection, [*conditions, *map(unseen, others)], (_m.position,), size, skip)


def shelf(mailbox_id: UUID, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What can be seen of the mailbox, hidden or not, archived or not."""
    return [_m.mailbox_id == mailbox_id, *_flags(wanted), IS_LISTED]


def _flags(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    flags = ((_m.is_hidden, wanted.is_hidden), (_m.is_archived, wanted.is_archived))
    return [column == value for column, value in flags if value is not None]


def read_status(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """Opened, or not."""
    if wanted.read_status is None:
        return []
    return [_m.opened_at.is_not(None) if wanted.read_status else _m.opened_at.is_(None)]


def received(column: ColumnElement[Any], wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The period in which it came into sight."""
    return _period(column, wanted.received_after, wanted.received_before)


def expiry_conditions(wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The period in which it expires."""
    return _period(_m.expires_at, wanted.expired_after, wanted.expired_before)


def _period(column: ColumnElement[Any], start: object, end: object) -> list[ColumnElement[bool]]:
    after = [] if start is None else [column >= start]
    return after if end is None else [*after, column < end]


def unseen(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, without the planner's looking for an index for it."""
    return condition.is_(true())


def matches(wanted: MessageFilter, named: Named, *, is_indexed: bool = False) -> ColumnElement[bool]:
    """Whether a row of texts has the words, or is of a type or from a sender that has them.

    With `is_indexed` the index of words can serve it, which knows of no languages.
    """
    t = TEXTS.c
    pattern = f"%{folded(wanted.words or '').translate(_LITERALLY)}%"
    has_words: ColumnElement[bool] = t[wanted.language or "nl"].like(pattern, escape="\\")
    if is_indexed:
        has_words = and_(t.words.like(pattern, escape="\\"), has_words)
    found: list[ColumnElement[bool]] = [has_words]
    for column, ids in (
        (t.message_type, named.message_types),
        (t.sender_organisation, named.organisations),
        (t.sender_application, named.applications),
    ):
        if ids:
            found.append(column.in_(sorted(ids)))
    return or_(*found)


_LITERALLY: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def _has_words(wanted: MessageFilter, named: Named) -> ScalarSelect[bool]:
    t = TEXTS.c
    return select(matches(wanted, named)).where(t.message_id == _m.message_id).scalar_subquery()


def in_order(
    connection: Connection,
    conditions: Conditions,
    order: Sequence[UnaryExpression[Any] | ColumnElement[Any]],
    size: int,
    skip: int,
) -> InboxPage:
    """A page by walking an index that has the order, with a total counted up to its limit."""
    some = select(literal(1)).select_from(INBOX).where(*conditions).limit(TOTAL_LIMIT + 1).subquery("some")
    counted = select(func.count().label("total")).select_from(some)
    return _with_total(connection, counted, conditions, order, size, skip)


def gathered(connection: Connection, hits: Select[datetime | None, UUID], size: int, skip: int) -> InboxPage:
    """A page of hits (moment and id) that are gathered first and sorted then.

    Beyond the limit of a total not all are gathered, so that the items are then not those of the page.
    """
    found = hits.limit(TOTAL_LIMIT + 1).cte("hits")
    counted = select(func.count().label("total")).select_from(found).subquery("counted")
    order = (found.c.received_at.desc(), found.c.message_id.desc())
    window = select(found.c.message_id).order_by(*order).limit(size).offset(skip).subquery("page")
    query = select(counted.c.total, window.c.message_id).select_from(counted.outerjoin(window, true()))
    rows = connection.execute(query).all()
    ids = [row.message_id for row in rows if row.message_id is not None]
    return InboxPage.of(items_of(connection, ids), rows[0].total)


def items_of(connection: Connection, ids: Sequence[UUID]) -> list[InboxItem]:
    """The messages with these ids, newest first."""
    if not ids:
        return []
    query = _ITEMS.where(_m.message_id.in_(ids)).order_by(*_IN_ORDER)
    return [InboxItem(*facts) for facts in connection.execute(query)]


_ITEMS: Final = select(*(_m[field.name] for field in fields(InboxItem)))


def _with_total(
    connection: Connection,
    counted: Select[Any],
    conditions: Conditions,
    order: Sequence[UnaryExpression[Any] | ColumnElement[Any]],
    size: int,
    skip: int,
) -> InboxPage:
    """The total with each row of the page, or alone beside an empty page: one question instead of two."""
    window = _ITEMS.where(*conditions).order_by(*order).limit(size).offset(skip).subquery("page")
    totals = counted.subquery("totals")
    inner = window.c
    outer_order = (
        (inner.position,) if order == (_m.position,) else (inner.received_at.desc(), inner.message_id.desc())
    )
    query = (
        select(totals.c.total, *inner).select_from(totals.outerjoin(window, true())).order_by(*outer_order)
    )
    rows = connection.execute(query).all()
    if not rows:  # the mailbox has no counters: nothing like this was ever there
        return InboxPage([], 0, is_total_capped=False)
    items = [InboxItem(*facts) for _, *facts in rows if facts[0] is not None]
    return InboxPage.of(items, rows[0].total)
