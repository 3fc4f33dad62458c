"""How events change the inbox, what it is found by, and its counters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from domain.events.access import AccessRecorded
from domain.events.mailbox import MailboxMerged, OwnerErased
from domain.events.message import MessageExpired, MessagePublished, MessageWithdrawn
from projections.bulk import insert_rows
from projections.erasing import forget_mailbox, forget_sender
from projections.inbox_counters import Counters, published_before
from projections.inbox_merge import merge
from projections.inbox_tables import COUNTERS, INBOX, MERGES, TEXTS
from projections.inbox_texts import crowd, is_crowded, text_row
from projections.mailbox_merges import survivors
from projections.message_facts import FORGOTTEN, change_of, message_row, update_rows
from projections.model import Located, Row

_COUNTED: Final = (
    "mailbox_id",
    "size",
    "received_at",
    "expires_at",
    "is_unread",
    "is_hidden",
    "is_archived",
    "is_expired",
    "is_withdrawn",
)
_SHELVED: Final = frozenset({"received_at", "is_hidden", "is_archived", "is_unread"})
_UNREADABLE: Final = frozenset({"is_expired", "is_withdrawn", "recalled_at"})
_READ: Final = frozenset({"opened_at", "recalled_at"})


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    begin = 0
    for index, (position, event) in enumerate(page):
        if isinstance(event, MailboxMerged | OwnerErased):
            _fold(connection, page[begin:index])
            if isinstance(event, MailboxMerged):
                merge(connection, position, event)
            else:
                forget_mailbox(connection, event, TEXTS, INBOX, COUNTERS)
                forget_sender(connection, event, INBOX)
            begin = index + 1
    _fold(connection, page[begin:])


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    published: dict[UUID, Row] = {}
    changes: dict[UUID, Row] = {}
    counters = Counters()
    now = _survivors(connection, page)
    for position, event in page:
        match event:
            case MessagePublished():
                published[event.originator_id] = _row(position, event, now)
                counters.of(now.get(event.mailbox_id, event.mailbox_id))["received"] += 1
            case AccessRecorded():
                mailbox_id = now.get(event.mailbox_id, event.mailbox_id)
                counters.of(mailbox_id)["last_consulted_at"] = event.timestamp
            case MessageExpired() | MessageWithdrawn():
                gone = "is_expired" if isinstance(event, MessageExpired) else "is_withdrawn"
                changes.setdefault(event.originator_id, {}).update(
                    FORGOTTEN, **{gone: True}, position=position
                )
            case _:
                changes.setdefault(event.originator_id, {}).update(_change(position, event))
    for message_id in changes.keys() & published.keys():
        published[message_id].update(changes.pop(message_id))
    crowded = _crowded(connection, published.values())
    for row in published.values():
        counters.add(row, 1)
    for before in _earlier(connection, changes):
        counters.add(before, -1)
        counters.add({**before, **changes[before["message_id"]]}, 1)
    update_rows(connection, INBOX, changes)
    insert_rows(connection, INBOX, list(published.values()))
    _change_texts(connection, changes)
    readable = (row for row in published.values() if not any(row[name] for name in _UNREADABLE))
    insert_rows(
        connection, TEXTS, [text_row(row, is_indexed=row["mailbox_id"] in crowded) for row in readable]
    )
    counters.write(connection)


def _survivors(connection: Connection, page: Sequence[Located]) -> dict[UUID, UUID]:
    """What has become of the mailboxes that the page names and that are no more."""
    named = (one for _, one in page if isinstance(one, MessagePublished | AccessRecorded))
    return survivors(connection, MERGES, {event.mailbox_id for event in named})


def _row(position: int, event: MessagePublished, now: Mapping[UUID, UUID]) -> Row:
    return {
        **message_row(position, event),
        "mailbox_id": now.get(event.mailbox_id, event.mailbox_id),
        "is_expired": False,
        "is_withdrawn": False,
        "is_unread": True,
    }


def _change(position: int, event: Any) -> Row:
    change = change_of(position, event)
    return change if _READ.isdisjoint(change) else {**change, "is_unread": False}


def _earlier(connection: Connection, changes: Mapping[UUID, Row]) -> list[Row]:
    """Those of the messages that an earlier page published, as the counters have them."""
    if not changes:
        return []
    return [dict(row) for row in connection.execute(_BEFORE, {"messages": list(changes)}).mappings()]


def _crowded(connection: Connection, published: Collection[Row]) -> set[UUID]:
    """The mailboxes, of those that messages were published to, whose messages are in the index of words.

    Those that have just become crowded get their earlier messages into it.
    """
    new: dict[UUID, int] = {}
    for row in published:
        new[row["mailbox_id"]] = new.get(row["mailbox_id"], 0) + 1
    before = published_before(connection, new)
    crowded = {one for one in new if is_crowded(connection, before[one] + new[one])}
    for mailbox_id in crowded:
        if not is_crowded(connection, before[mailbox_id]):
            crowd(connection, mailbox_id)
    return crowded


def _change_texts(connection: Connection, changes: Mapping[UUID, Row]) -> None:
    unreadable = [one for one, change in changes.items() if not _UNREADABLE.isdisjoint(change)]
    if unreadable:
        connection.execute(_REMOVE, {"messages": unreadable})
    shelved = {
        message_id: {name: change[name] for name in _SHELVED & change.keys()}
        for message_id, change in changes.items()
        if _UNREADABLE.isdisjoint(change) and not _SHELVED.isdisjoint(change)
    }
    update_rows(connection, TEXTS, shelved)


_MESSAGES: Final[BindParameter[Any]] = bindparam("messages", expanding=True)
_BEFORE: Final = select(INBOX.c.message_id, *(INBOX.c[name] for name in _COUNTED)).where(
    INBOX.c.message_id.in_(_MESSAGES)
)
_REMOVE: Final = delete(TEXTS).where(TEXTS.c.message_id.in_(_MESSAGES))
