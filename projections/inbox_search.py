"""Messages that have certain words in what they are found by.

Two ways lead there. Words that most messages have are found soonest by walking the list from its start; words
that few have, by the index of words, which has only the messages of crowded mailboxes. A look at the newest
messages of the mailbox tells which way is shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, false, func, select

from projections.database import gathering
from projections.folding import filled, folded
from projections.inbox_conditions import (
    SHORTEST_INDEXED,
    equal_to,
    expiring,
    flags,
    matches,
    read_status,
    received,
    visible,
)
from projections.inbox_filter import TOTAL_LIMIT, InboxPage, MessageFilter, Named, Window
from projections.inbox_pages import gathered, items_of
from projections.inbox_tables import COUNTERS, IS_CROWDED, TEXTS
from projections.inbox_texts import is_crowded
from projections.reference import ReferenceSnapshot

_PROBED: Final = 500
_GATHERED_TO_WALKED: Final = 5
"""Messages of the list that are walked past in the time that it takes to gather one: measured, 4 to 6."""

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
    scope, others = _conditions(mailbox_id, wanted)
    if _is_worth_gathering(connection, mailbox_id, wanted, named):
        indexed = [*scope, *others, matches(wanted, named, is_indexed=True), IS_CROWDED]
        with gathering(connection):
            hits = gathered(connection, select(_t.received_at, _t.message_id).where(*indexed), window)
        if not hits.is_total_capped:
            return hits
    return _in_order(connection, [*scope, *others, matches(wanted, named)], window)


def _conditions(
    mailbox_id: UUID, wanted: MessageFilter
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The part of the list that is searched, and what else is asked of its messages."""
    scope = [_t.mailbox_id == mailbox_id, _t.received_at.is_not(None)]
    scope += [*flags(_t, wanted), *received(_t, wanted)]
    others = [*equal_to(_t, wanted), *read_status(_t, wanted)]
    return scope, [*others, *expiring(_t, wanted), *visible(_t, wanted)]


def _is_worth_gathering(
    connection: Connection, mailbox_id: UUID, wanted: MessageFilter, named: Named
) -> bool:
    if connection.dialect.name != "postgresql" or len(folded(wanted.words or "")) < SHORTEST_INDEXED:
        return False
    scope, others = _conditions(mailbox_id, wanted)
    found = and_(matches(wanted, named), *equal_to(_t, wanted))
    newest = select(found.label("found"), and_(found, *others).label("meant"))
    probe = newest.where(*scope).order_by(*_IN_ORDER).limit(_PROBED).subquery("newest")
    c = COUNTERS.c
    published = select(c.received).where(
        c.mailbox_id == mailbox_id, c.is_hidden == false(), c.is_archived == false()
    )
    row = connection.execute(
        select(
            published.scalar_subquery().label("published"),
            func.count().filter(probe.c.found).label("found"),
            func.count().filter(probe.c.meant).label("meant"),
        ).select_from(probe)
    ).one()
    published_to = row.published or 0
    if not is_crowded(connection, published_to):
        return False
    found_there, meant_there = (published_to * one / _PROBED for one in (row.found, row.meant))
    if meant_there > TOTAL_LIMIT:  # gathering would not be enough: it ends at the limit
        return False
    return bool(found_there * _GATHERED_TO_WALKED < published_to)


def _in_order(connection: Connection, conditions: list[ColumnElement[bool]], window: Window) -> InboxPage:
    some = select(_t.message_id).where(*conditions).limit(window.counted).subquery("some")
    total = connection.execute(select(func.count()).select_from(some)).scalar_one()
    page = select(_t.message_id).where(*conditions).order_by(*_IN_ORDER)
    page = page.limit(window.size).offset(window.skip)
    ids = list(connection.scalars(page)) if window.skip < total else []
    return window.of(items_of(connection, ids), total)
