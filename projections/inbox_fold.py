"""How events change the inbox, what it is found by, and its counters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, false, func, select

from domain.events.access import AccessRecorded
from domain.events.message import MessageExpired, MessagePublished
from projections.bulk import Upsert, insert_rows, upsert_rows
from projections.folding import ANY_LANGUAGE, SEPARATOR, searchable
from projections.inbox_tables import COUNTERS, CROWDED, INBOX, TEXTS
from projections.message_facts import change_of, message_row, update_rows
from projections.model import Located, Row

_COUNTED: Final = ("mailbox_id", "size", "received_at", "opened_at", "is_hidden", "is_archived", "is_expired")
_SHELVED: Final = frozenset({"received_at", "is_hidden", "is_archived"})
_FORGOTTEN: Final[Row] = dict.fromkeys(("subject", "non_sensitive_title", "business_data", "attention_of"))
_NUMBERS: Final = ("messages", "unread", "size", "received")


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    published: dict[UUID, Row] = {}
    changes: dict[UUID, Row] = {}
    counters = _Counters()
    for position, event in page:
        match event:
            case MessagePublished():
                row = message_row(position, event)
                published[event.originator_id] = {**row, "is_expired": False}
                counters.of(event.mailbox_id)["received"] += 1
            case AccessRecorded():
                counters.of(event.mailbox_id)["last_consulted_at"] = event.timestamp
            case MessageExpired():
                changes.setdefault(event.originator_id, {}).update(
                    _FORGOTTEN, is_expired=True, position=position
                )
            case _:
                changes.setdefault(event.originator_id, {}).update(change_of(position, event))
    for message_id in changes.keys() & published.keys():
        published[message_id].update(changes.pop(message_id))
    numbers = _numbers(connection, published.values())
    for row in published.values():
        counters.add(row, 1)
    for before in _earlier(connection, changes):
        counters.add(before, -1)
        counters.add({**before, **changes[before["message_id"]]}, 1)
    update_rows(connection, INBOX, changes)
    insert_rows(connection, INBOX, list(published.values()))
    _change_texts(connection, changes)
    insert_rows(
        connection,
        TEXTS,
        [_texts(row, numbers[row["message_id"]]) for row in published.values() if not row["is_expired"]],
    )
    upsert_rows(connection, COUNTERS, counters.rows(), _add_up)


class _Counters:
    """What the page adds to the counters."""

    def __init__(self) -> None:
        self._rows: dict[tuple[UUID, bool, bool], Row] = {}

    def of(self, mailbox_id: UUID, is_hidden: bool = False, is_archived: bool = False) -> Row:
        shelf = (mailbox_id, is_hidden, is_archived)
        if shelf not in self._rows:
            names = ("mailbox_id", "is_hidden", "is_archived")
            numbers = dict.fromkeys(_NUMBERS, 0)
            self._rows[shelf] = {**dict(zip(names, shelf, strict=True)), **numbers, "last_consulted_at": None}
        return self._rows[shelf]

    def add(self, row: Mapping[str, Any], sign: int) -> None:
        """Count the message, or take it off, if it can be seen."""
        if row["received_at"] is None or row["is_expired"]:
            return
        counter = self.of(row["mailbox_id"], row["is_hidden"], row["is_archived"])
        counter["messages"] += sign
        counter["unread"] += sign * (row["opened_at"] is None)
        counter["size"] += sign * row["size"]

    def rows(self) -> list[Row]:
        return list(self._rows.values())


def _earlier(connection: Connection, changes: Mapping[UUID, Row]) -> list[Row]:
    """Those of the messages that an earlier page published, as the counters have them."""
    if not changes:
        return []
    return [dict(row) for row in connection.execute(_BEFORE, {"messages": list(changes)}).mappings()]


def _numbers(connection: Connection, published: Collection[Row]) -> dict[UUID, int]:
    """Each new message's number in its mailbox."""
    mailboxes = list({row["mailbox_id"] for row in published})
    if not mailboxes:
        return {}
    found = connection.execute(_RECEIVED, {"mailboxes": mailboxes})
    received = {row.mailbox_id: row.received for row in found}
    numbers: dict[UUID, int] = {}
    for row in published:
        number = received.get(row["mailbox_id"], 0) + 1
        numbers[row["message_id"]] = received[row["mailbox_id"]] = number
    return numbers


def _change_texts(connection: Connection, changes: Mapping[UUID, Row]) -> None:
    expired = [message_id for message_id, change in changes.items() if "is_expired" in change]
    if expired:
        connection.execute(_REMOVE, {"messages": expired})
    shelved = {
        message_id: {name: change[name] for name in _SHELVED & change.keys()}
        for message_id, change in changes.items()
        if "is_expired" not in change and not _SHELVED.isdisjoint(change)
    }
    update_rows(connection, TEXTS, shelved)


def _texts(row: Row, number: int) -> Row:
    attention = row["attention_of"]
    label = attention.label if attention else None
    texts = [
        row["subject"],
        *(value for datum in row["business_data"] or () for value in datum.values),
        dict.fromkeys(ANY_LANGUAGE, label) if label else None,
    ]
    found_by = {language: searchable(texts, language) for language in ANY_LANGUAGE}
    return {
        **{name: row[name] for name in _SHARED},
        "number": number,
        "words": SEPARATOR.join(dict.fromkeys(found_by.values())) if number > CROWDED else None,
        **found_by,
    }


_SHARED: Final = tuple(one.name for one in TEXTS.columns if one.name in INBOX.columns)
_MESSAGES: Final[BindParameter[Any]] = bindparam("messages", expanding=True)
_BEFORE: Final = select(INBOX.c.message_id, *(INBOX.c[name] for name in _COUNTED)).where(
    INBOX.c.message_id.in_(_MESSAGES)
)
_REMOVE: Final = delete(TEXTS).where(TEXTS.c.message_id.in_(_MESSAGES))
_RECEIVED: Final = select(COUNTERS.c.mailbox_id, COUNTERS.c.received).where(
    COUNTERS.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)),
    COUNTERS.c.is_hidden == false(),
    COUNTERS.c.is_archived == false(),
)


def _add_up(statement: Upsert) -> dict[str, Any]:
    new, now = statement.excluded, COUNTERS.c
    added = {name: now[name] + new[name] for name in _NUMBERS}
    return {**added, "last_consulted_at": func.coalesce(new.last_consulted_at, now.last_consulted_at)}
