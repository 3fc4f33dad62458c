"""The access history as a mailbox's owner may see it: what is under an embargo is withheld until that ends.

Whatever is for owners reads the history through here, so that nobody can forget. A withheld row keeps its
place and its moment, so that no number is missing and, once it is shown, its owner can tell that it is the
one that was withheld; who it was, what they did, in which case, and the event's id are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from projections import access_history
from projections.access_history import WITHHELD, HistoryFilter, HistoryRow
from projections.access_history_table import HISTORY

_COLUMNS: Final = tuple(field.name for field in fields(HistoryRow))
_NOTHING: Final[dict[str, Any]] = dict.fromkeys(_COLUMNS)


def page(
    connection: Connection,
    mailboxes: Sequence[UUID],
    now: datetime,
    *,
    limit: int,
    before: int | None = None,
) -> list[HistoryRow]:
    """At most `limit` rows of these mailboxes of one owner, newest first; before that position, if given."""
    first, *merged = mailboxes
    wanted = HistoryFilter(mailbox_id=first)
    rows = access_history.page(connection, wanted, limit=limit, before=before, merged=merged)
    return [_as_shown(row, now) for row in rows]


def row_at(
    connection: Connection, mailboxes: Sequence[UUID], position: int, now: datetime
) -> HistoryRow | None:
    """The row at this position, if it is about one of these mailboxes of one owner."""
    query = select(*(HISTORY.c[name] for name in _COLUMNS)).where(HISTORY.c.position == position)
    found = connection.execute(query).one_or_none()
    row = None if found is None else HistoryRow(*found)
    return None if row is None or row.mailbox_id not in mailboxes else _as_shown(row, now)


def _as_shown(row: HistoryRow, now: datetime) -> HistoryRow:
    if row.withheld_until is None or row.withheld_until <= now:
        return row
    told: dict[str, Any] = {
        "position": row.position,
        "at": row.at,
        "kind": WITHHELD,
        "mailbox_id": row.mailbox_id,
        "is_actor_erased": False,
        "withheld_until": row.withheld_until,
    }
    return HistoryRow(**{**_NOTHING, **told})
