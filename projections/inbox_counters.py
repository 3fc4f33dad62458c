"""The inbox's counters: what a mailbox holds, on each of its shelves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
)

from projections.bulk import Upsert, upsert_rows
from projections.inbox_tables import COUNTERS, INBOX, IS_LISTED
from projections.model import Row

_WHOLE: Final[Row] = dict.fromkeys(("last_consulted_at", "shortest", "longest"))
_SECOND: Final = timedelta(seconds=1)
_NUMBERS: Final = ("messages", "unread", "size", "received")


class Counters:
    """What a page of events adds to the counters."""

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, bool, bool], Row] = {}

    def of(self, mailbox_id: UUID, is_hidden: bool = False, is_archived: bool = False) -> Row:
        """What is added to one shelf; by default to the one that stands for the mailbox."""
        shelf = (mailbox_id, is_hidden, is_archived)
        if shelf not in self._rows:
            names = ("mailbox_id", "is_hidden", "is_archived")
            numbers = dict.fromkeys(_NUMBERS, 0)
            self._rows[shelf] = {**dict(zip(names, shelf, strict=True)), **numbers, **_WHOLE}
        return self._rows[shelf]

    def add(self, row: Mapping[str, Any], sign: int) -> None:
        """Count the message, or take it off, if it can be seen."""
        if row["received_at"] is None:
            return
        if sign > 0:
            self._listed_for(self.of(row["mailbox_id"]), row["expires_at"] - row["received_at"])
        if row["is_expired"] or row["is_withdrawn"]:
            return
        counter = self.of(row["mailbox_id"], row["is_hidden"], row["is_archived"])
        counter["messages"] += sign
        counter["unread"] += sign * row["is_unread"]
        counter["size"] += sign * row["size"]

    @staticmethod
    def _listed_for(whole: Row, time: timedelta) -> None:
        shortest, longest = time // _SECOND, -(-time // _SECOND)
        if whole["shortest"] is None or shortest < whole["shortest"]:
            whole["shortest"] = shortest
        if whole["longest"] is None or longest > whole["longest"]:
            whole["longest"] = longest

    def write(self, connection: Connection) -> None:
        """Add it all up."""
        upsert_rows(connection, COUNTERS, list(self._rows.values()), _add_up)


def published_before(connection: Connection, mailboxes: Collection[UUID]) -> dict[UUID, int]:
    """How many messages were ever published to each of the mailboxes."""
    if not mailboxes:
        return {}
    found = {row.mailbox_id: row.received for row in connection.execute(_OF, {"mailboxes": list(mailboxes)})}
    return {mailbox_id: found.get(mailbox_id, 0) for mailbox_id in mailboxes}


def merge_counters(connection: Connection, mailbox_id: UUID, into: UUID) -> int:
    """Count the mailbox anew, with what it has got from another one; how many were published to both."""
    both = {"mailboxes": [mailbox_id, into]}
    wholes = connection.execute(_OF, both).all()
    counted = connection.execute(_COUNTED, {"mailbox": into}).all()
    connection.execute(_REMOVE, both)
    counters = Counters()
    for row in counted:
        shelf = counters.of(into, row.is_hidden, row.is_archived)
        shelf.update(messages=row.messages, unread=row.unread, size=int(row.size))
    whole = counters.of(into)
    whole["received"] = sum(row.received for row in wholes)
    for name, choose in (("last_consulted_at", max), ("shortest", min), ("longest", max)):
        known = [value for row in wholes if (value := getattr(row, name)) is not None]
        whole[name] = choose(known, default=None)
    counters.write(connection)
    return int(whole["received"])


_m, _c = INBOX.c, COUNTERS.c
_MAILBOXES: Final[BindParameter[Any]] = bindparam("mailboxes", expanding=True)
_OF: Final = select(_c.mailbox_id, _c.received, *(_c[name] for name in _WHOLE)).where(
    _c.mailbox_id.in_(_MAILBOXES), _c.is_hidden == false(), _c.is_archived == false()
)
_COUNTED: Final = (
    select(
        _m.is_hidden,
        _m.is_archived,
        func.count().label("messages"),
        func.count().filter(_m.is_unread).label("unread"),
        func.sum(_m.size).label("size"),
    )
    .where(_m.mailbox_id == bindparam("mailbox"), IS_LISTED)
    .group_by(_m.is_hidden, _m.is_archived)
)
_REMOVE: Final = delete(COUNTERS).where(_c.mailbox_id.in_(_MAILBOXES))


def _add_up(statement: Upsert) -> dict[str, Any]:
    new, now = statement.excluded, COUNTERS.c
    added = {name: now[name] + new[name] for name in _NUMBERS}
    return {
        **added,
        "last_consulted_at": func.coalesce(new.last_consulted_at, now.last_consulted_at),
        "shortest": _either(new.shortest, now.shortest, lambda one, other: one < other),
        "longest": _either(new.longest, now.longest, lambda one, other: one > other),
    }


def _either(
    new: ColumnElement[Any], now: ColumnElement[Any], is_better: Callable[[Any, Any], ColumnElement[bool]]
) -> Any:
    return case((or_(now.is_(None), is_better(new, now)), new), else_=now)
