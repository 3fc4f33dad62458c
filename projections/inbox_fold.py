"""How events change the inbox and its counters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from domain.events.access import AccessRecorded
from domain.events.message import MessageOpened, MessagePublished
from projections.bulk import Upsert, insert_rows, upsert_rows
from projections.inbox_tables import COUNTERS, INBOX
from projections.message_facts import Openings, message_row, open_in_page, open_in_table
from projections.model import Located, Row


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    published: dict[UUID, Row] = {}
    opened: Openings = {}
    opened_by: dict[UUID, UUID] = {}
    accessed: dict[UUID, UUID] = {}
    counters: dict[UUID, Row] = {}
    for position, event in page:
        match event:
            case MessagePublished():
                row = message_row(position, event)
                published[event.originator_id] = row
                counter = _counter(counters, event.mailbox_id)
                counter["messages"] += 1
                counter["unread"] += 1
                counter["size"] += row["size"]
            case MessageOpened():
                opened[event.originator_id] = (position, event.timestamp)
                opened_by[event.originator_id] = event.access_id
            case AccessRecorded():
                accessed[event.originator_id] = event.mailbox_id
                _counter(counters, event.mailbox_id)["last_consulted_at"] = event.timestamp
    open_in_table(connection, INBOX, open_in_page(published, opened))
    insert_rows(connection, INBOX, list(published.values()))
    for mailbox_id in _mailboxes(connection, opened_by, accessed):
        _counter(counters, mailbox_id)["unread"] -= 1
    upsert_rows(connection, COUNTERS, list(counters.values()), _add_up)


def _counter(counters: dict[UUID, Row], mailbox_id: UUID) -> Row:
    nothing = {"mailbox_id": mailbox_id, "messages": 0, "unread": 0, "size": 0, "last_consulted_at": None}
    return counters.setdefault(mailbox_id, nothing)


def _mailboxes(
    connection: Connection, opened_by: Mapping[UUID, UUID], accessed: Mapping[UUID, UUID]
) -> list[UUID]:
    """The mailbox of each message opened: that of the access which opened it, where the page has it."""
    known = [accessed[access_id] for access_id in opened_by.values() if access_id in accessed]
    others = [message for message, access_id in opened_by.items() if access_id not in accessed]
    if others:
        known += connection.scalars(_MAILBOXES, {"messages": others})
    return known


_MAILBOXES = select(INBOX.c.mailbox_id).where(INBOX.c.message_id.in_(bindparam("messages", expanding=True)))


def _add_up(statement: Upsert) -> dict[str, Any]:
    new, now = statement.excluded, COUNTERS.c
    added = {name: now[name] + new[name] for name in ("messages", "unread", "size")}
    return {**added, "last_consulted_at": func.coalesce(new.last_consulted_at, now.last_consulted_at)}
