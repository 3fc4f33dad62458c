"""The inbox: what a mailbox holds, newest first, and its counts.

A page costs the same whatever the mailbox holds: rows come from an index in the order of the list, and totals
from counters that the fold keeps for each mailbox. What the clock has changed since (a message that expired,
one that is not visible yet) is not in the counters: it is counted by an index of its own and taken off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Subquery, bindparam, func, select, true

from domain.events.access import AccessRecorded
from domain.events.message import MessageOpened, MessagePublished
from projections.columns import Moment
from projections.inbox_filter import MessageFilter
from projections.inbox_fold import fold
from projections.inbox_tables import COUNTERS, INBOX, IS_SCHEDULED, NEWEST_FIRST
from projections.model import ReadModel

__all__ = ["MODEL", "InboxItem", "InboxPage", "MailboxCounts", "MessageFilter", "counts", "page"]

TOTAL_LIMIT: Final = 10_000
"""Up to here the total of a list is exact."""

MODEL: Final = ReadModel(
    name="inbox",
    tables=(INBOX, COUNTERS),
    handles=frozenset({MessagePublished, MessageOpened, AccessRecorded}),
    fold=fold,
)


@dataclass(slots=True, repr=False)
class InboxItem:
    """A message as a list shows it. `size` is the attachments', in bytes; never the body.

    Not frozen: making a frozen one takes three times as long, and a page has up to a hundred.

    `business_data` is a list of objects with `key`, `name` and `values`; `attention_of` has `ssin` and
    `label`.
    """

    message_id: UUID
    publication_id: UUID
    sender_organisation: str
    sender_application: str
    sender_partition: str | None
    message_type: str
    subject: dict[str, str] | None
    non_sensitive_title: dict[str, str] | None
    business_data: list[dict[str, Any]] | None
    attention_of: dict[str, str | None] | None
    is_body_main: bool
    has_body: bool
    attachment_count: int
    size: int
    reply_authorised: bool
    original_message: UUID | None
    registered: bool
    published_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the list. `total` counts all pages, exact up to 10,000 and capped there."""

    items: list[InboxItem]
    total: int
    is_total_capped: bool


@dataclass(frozen=True, slots=True)
class MailboxCounts:
    """What a mailbox holds at a moment: messages that are visible and not expired. `size` in bytes."""

    messages: int
    unread: int
    size: int
    last_receipt: datetime | None
    last_consultation: datetime | None


def page(
    connection: Connection,
    mailbox_id: UUID,
    *,
    page: int,
    page_size: int,
    read_status: bool | None,
    now: datetime,
) -> InboxPage:
    """The `page`th page (from 1) of what is visible and not expired, newest first.

    `read_status` keeps the opened (True) or the unopened (False) messages alone.
    """
    asked = {"mailbox": mailbox_id, "now": now, "size": page_size, "skip": (page - 1) * page_size}
    rows = connection.execute(_PAGES[read_status], asked).all()
    if not rows:  # the mailbox has no counters: it never had a message
        return InboxPage([], 0, is_total_capped=False)
    total = rows[0].total
    items = [InboxItem(*facts) for _, *facts in rows if facts[0] is not None]
    return InboxPage(items, min(total, TOTAL_LIMIT), is_total_capped=total > TOTAL_LIMIT)


def counts(connection: Connection, mailbox_id: UUID, *, now: datetime) -> MailboxCounts:
    """What the mailbox holds at the moment `now`."""
    found = connection.execute(_COUNTS, {"mailbox": mailbox_id, "now": now}).one_or_none()
    return MailboxCounts(*found) if found else MailboxCounts(0, 0, 0, None, None)


_m = INBOX.c
_MAILBOX = bindparam("mailbox", type_=_m.mailbox_id.type)
_NOW = bindparam("now", type_=Moment)
# `IS TRUE` hides the moments from PostgreSQL's planner: it might take the index of expiries, and would then
# sort the whole mailbox for one page.
_IS_THERE = (
    _m.mailbox_id == _MAILBOX,
    (_m.visible_from <= _NOW).is_(true()),
    (_m.expires_at > _NOW).is_(true()),
)


def _left_out(name: str, *conditions: ColumnElement[bool]) -> Subquery:
    """Messages that the counters have and the clock takes off."""
    return (
        select(
            func.count().label("messages"),
            (func.count() - func.count(_m.opened_at)).label("unread"),
            func.coalesce(func.sum(_m.size), 0).label("size"),
        )
        .where(_m.mailbox_id == _MAILBOX, *conditions)
        .subquery(name)
    )


def _totals_query() -> Select[Any]:
    expired = _left_out("expired", _m.expires_at <= _NOW)
    scheduled = _left_out("scheduled", IS_SCHEDULED, _m.visible_from > _NOW, _m.expires_at > _NOW)
    totals = (
        (COUNTERS.c[name] - expired.c[name] - scheduled.c[name]).label(name)
        for name in ("messages", "unread", "size")
    )
    return (
        select(*totals)
        .select_from(COUNTERS.join(expired, true()).join(scheduled, true()))
        .where(COUNTERS.c.mailbox_id == _MAILBOX)
    )


def _page_query(read_status: bool | None) -> Select[Any]:
    """The total with each row of the page, or alone beside an empty page: one question instead of two."""
    rows = select(*(_m[field.name] for field in fields(InboxItem))).where(*_IS_THERE)
    if read_status is not None:
        rows = rows.where(_m.opened_at.is_not(None) if read_status else _m.opened_at.is_(None))
    window = rows.order_by(*NEWEST_FIRST).limit(bindparam("size")).offset(bindparam("skip")).subquery("page")
    totals = _totals_query().subquery("totals")
    total = {None: totals.c.messages, False: totals.c.unread, True: totals.c.messages - totals.c.unread}
    return (
        select(total[read_status].label("total"), *window.c)
        .select_from(totals.outerjoin(window, true()))
        .order_by(window.c.published_at.desc(), window.c.message_id.desc())
    )


_PAGES: Final = {status: _page_query(status) for status in (None, False, True)}
_TOTALS: Final = _totals_query()
_COUNTS: Final = _TOTALS.add_columns(
    select(_m.published_at).where(*_IS_THERE).order_by(*NEWEST_FIRST).limit(1).scalar_subquery(),
    COUNTERS.c.last_consulted_at,
)
