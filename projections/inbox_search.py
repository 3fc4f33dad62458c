"""Messages that have certain words in what they are found by.

Two ways lead there. Words that most messages have are found soonest by walking the list from its start; words
that few have, by the index of words, which has only the messages of crowded mailboxes. A look at the newest
messages of the mailbox tells which way is shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, false, func, select

from projections.database import gathering
from projections.folding import filled, folded
from projections.inbox_conditions import (
    equal_to,
    expiring,
    flags,
    matches,
    read_status,
    received,
    visible,
)
from projections.inbox_filter import InboxPage, MessageFilter, Named, Window
from projections.inbox_lists import gathered, items_of
from projections.inbox_tables import COUNTERS, CROWDED, IS_CROWDED, TEXTS
from projections.reference import ReferenceSnapshot

_PROBED: Final = 500
_COMMON: Final = _PROBED // 10
_SHORTEST_INDEXED: Final = 3
"""The index of words is one of three letters each."""

_t = TEXTS.c
_IN_ORDER: Final = (_t.received_at.desc(), _t.message_id.desc())


def named_like(reference: ReferenceSnapshot, words: str, language: str) -> Named:
    """The reference data whose names or descriptions have the words in this language."""
    needle = folded(words)

    def has(*texts: Mapping[str, str]) -> bool:
        return any(needle in _folded_name(filled(one, language)) for one in texts)

    types, applications = reference.message_types, reference.applications
    return Named(
        frozenset(key for key, one in types.items() if has(one.name, one.description)),
        frozenset(key for key, one in reference.organisations.items() if has(one.name)),
        frozenset(key for key, one in applications.items() if has(one.name, one.description)),
    )


_folded_name: Final = lru_cache(maxsize=8192)(folded)
"""Names of reference data are few and asked for at every search; nothing personal comes here."""


def search(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, named: Named, window: Window
) -> InboxPage:
    """A page of the messages that have the words, or whose type or sender has them."""
    conditions = _conditions(mailbox_id, wanted)
    found = matches(wanted, named)
    if _is_worth_gathering(connection, mailbox_id, wanted, conditions, found):
        with gathering(connection):
            hits = gathered(connection, _hits(conditions, wanted, named), window)
        if not hits.is_total_capped:
            return hits
    return _in_order(connection, [*conditions, found], window)


def _conditions(mailbox_id: UUID, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    conditions = [_t.mailbox_id == mailbox_id, _t.received_at.is_not(None), *received(_t, wanted)]
    conditions += [*flags(_t, wanted), *equal_to(_t, wanted), *read_status(_t, wanted)]
    return [*conditions, *expiring(_t, wanted), *visible(_t, wanted)]


def _is_worth_gathering(
    connection: Connection,
    mailbox_id: UUID,
    wanted: MessageFilter,
    conditions: list[ColumnElement[bool]],
    found: ColumnElement[bool],
) -> bool:
    if connection.dialect.name != "postgresql" or len(folded(wanted.words or "")) < _SHORTEST_INDEXED:
        return False
    c = COUNTERS.c
    published = select(c.received).where(
        c.mailbox_id == mailbox_id, c.is_hidden == false(), c.is_archived == false()
    )
    newest = select(found.label("found")).where(*conditions).order_by(*_IN_ORDER).limit(_PROBED)
    common = select(func.count()).where(newest.subquery("newest").c.found)
    row = connection.execute(
        select(published.scalar_subquery().label("published"), common.scalar_subquery().label("common"))
    ).one()
    return (row.published or 0) > CROWDED and row.common <= _COMMON


def _hits(
    conditions: list[ColumnElement[bool]], wanted: MessageFilter, named: Named
) -> Select[datetime | None, UUID]:
    columns = select(_t.received_at, _t.message_id)
    return columns.where(*conditions, matches(wanted, named, is_indexed=True), IS_CROWDED)


def _in_order(connection: Connection, conditions: list[ColumnElement[bool]], window: Window) -> InboxPage:
    some = select(_t.message_id).where(*conditions).limit(window.counted).subquery("some")
    total = connection.execute(select(func.count()).select_from(some)).scalar_one()
    page = (
        select(_t.message_id).where(*conditions).order_by(*_IN_ORDER).limit(window.size).offset(window.skip)
    )
    ids = list(connection.scalars(page)) if window.skip < total else []
    return window.of(items_of(connection, ids), total)
