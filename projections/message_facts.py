"""What the inbox and the message's detail both say of a message, and how it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Named, Table, TypedColumns, Update, bindparam, update

from domain.events.base import Event
from domain.events.message import (
    MessageArchived,
    MessageConfirmed,
    MessageHidden,
    MessageOpened,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    MessageReplied,
    MessageShown,
    MessageUnarchived,
)
from domain.personal import ERASED, readable
from projections.columns import Json, Moment
from projections.model import Row

CHANGES: Final = frozenset(
    {
        MessageOpened,
        MessageReleased,
        MessageHidden,
        MessageShown,
        MessageArchived,
        MessageUnarchived,
        MessageRecalled,
        MessageConfirmed,
        MessageReplied,
    }
)
"""The events after which a message is told differently, apart from its expiry and its withdrawal."""

FORGOTTEN: Final[Row] = dict.fromkeys(("subject", "non_sensitive_title", "business_data", "attention_of"))
"""The texts of a message that nobody may read any more."""

_FLAGS: Final[Mapping[type[Event], Row]] = {
    MessageHidden: {"is_hidden": True},
    MessageShown: {"is_hidden": False},
    MessageArchived: {"is_archived": True},
    MessageUnarchived: {"is_archived": False},
}

_WITHHELD: Final[Row] = {
    **FORGOTTEN,
    "has_body": False,
    "has_payment": False,
    "attachment_count": 0,
    "size": 0,
}


class MessageColumns(TypedColumns):
    """The columns of both tables; the names are the event's. `size` is the attachments', in bytes.

    `received_at` is when the message came into its owner's sight, null until then. `position` is that of the
    last event that changed the row. Where the owner has been erased, `is_erased` is true and what was
    personal is null. A recalled message has lost its texts. `sender_kind` is `enterprise`, or `citizen` for a
    reply: then `sender_number` says whose, and `sender_party`; once they
    are erased, only the latter. `replied_at` is when its owner last replied.
    """

    message_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    publication_id: Named[UUID]
    sender_kind: Named[str]
    sender_number: Named[str | None]
    sender_party: Named[UUID | None]
    sender_organisation: Named[str]
    sender_application: Named[str]
    sender_partition: Named[str | None]
    on_behalf_of: Named[str | None]
    message_type: Named[str]
    language: Named[str | None]
    subject: Named[Any] = Column(Json, nullable=True)
    non_sensitive_title: Named[Any] = Column(Json, nullable=True)
    business_data: Named[Any] = Column(Json, nullable=True)
    attention_of: Named[Any] = Column(Json, nullable=True)
    is_body_main: Named[bool]
    has_body: Named[bool]
    has_payment: Named[bool]
    attachment_count: Named[int]
    size: Named[int] = Column(BigInteger)
    recipient_partition: Named[str | None]
    reply_authorised: Named[bool]
    original_message: Named[UUID | None]
    registered: Named[bool]
    confirmation_needed: Named[bool]
    published_at: Named[datetime] = Column(Moment)
    visible_from: Named[datetime] = Column(Moment)
    received_at: Named[datetime | None] = Column(Moment)
    due_at: Named[datetime | None] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    opened_at: Named[datetime | None] = Column(Moment)
    confirmed_at: Named[datetime | None] = Column(Moment)
    replied_at: Named[datetime | None] = Column(Moment)
    recalled_at: Named[datetime | None] = Column(Moment)
    is_hidden: Named[bool]
    is_archived: Named[bool]
    is_erased: Named[bool]
    position: Named[int] = Column(BigInteger)


def message_row(position: int, event: MessagePublished) -> Row:
    """The row of a message as it was published."""
    is_reply = event.sender_kind == "citizen"
    return {
        "message_id": event.originator_id,
        "mailbox_id": event.mailbox_id,
        "publication_id": event.publication_id,
        "sender_kind": event.sender_kind,
        "sender_number": readable(event.access.actor) if is_reply else None,
        "sender_party": event.access.actor_party if is_reply else None,
        "sender_organisation": event.sender_organisation,
        "sender_application": event.sender_application,
        "sender_partition": event.sender_partition,
        "on_behalf_of": event.on_behalf_of,
        "message_type": event.message_type,
        "language": event.language,
        "subject": readable(event.subject),
        "non_sensitive_title": readable(event.non_sensitive_title),
        "business_data": readable(event.business_data),
        "attention_of": readable(event.attention_of),
        "is_body_main": event.is_body_main,
        "has_body": event.body is not None,
        "has_payment": event.payment is not None,
        "attachment_count": len(event.attachments),
        "size": sum(one.size for one in event.attachments),
        "recipient_partition": event.recipient_partition,
        "reply_authorised": event.reply_authorised,
        "original_message": event.original_message,
        "registered": event.registered,
        "confirmation_needed": event.confirmation_needed,
        "published_at": event.timestamp,
        "visible_from": event.visible_from,
        "received_at": event.timestamp if event.visible_from <= event.timestamp else None,
        "due_at": event.due_at,
        "expires_at": event.expires_at,
        "opened_at": None,
        "confirmed_at": None,
        "replied_at": None,
        "recalled_at": None,
        "is_hidden": False,
        "is_archived": False,
        "is_erased": event.subject is ERASED,
        "position": position,
    }


def change_of(position: int, event: Event) -> Row:
    """The columns that one of the `CHANGES` sets."""
    match event:
        case MessageOpened():
            return {"opened_at": event.timestamp, "position": position}
        case MessageReleased():
            return {"received_at": event.timestamp, "position": position}
        case MessageConfirmed():
            return {"confirmed_at": event.timestamp, "position": position}
        case MessageReplied():
            return {"replied_at": event.timestamp, "position": position}
        case MessageRecalled():
            return {**_WITHHELD, "recalled_at": event.timestamp, "position": position}
        case _:
            return {**_FLAGS[type(event)], "position": position}


def update_rows(connection: Connection, table: Table, changes: Mapping[UUID, Row]) -> None:
    """Set columns of messages that an earlier page published; each message may change in its own."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for message_id, change in changes.items():
        alike.setdefault(tuple(sorted(change)), []).append({**change, "changed": message_id})
    for columns, rows in alike.items():
        connection.execute(_update(table, columns), rows)


@cache
def _update(table: Table, columns: tuple[str, ...]) -> Update:
    """Few shapes ever occur: the columns that one event sets, or the few that follow one another."""
    return (
        update(table)
        .where(table.c.message_id == bindparam("changed"))
        .values({name: bindparam(name) for name in columns})
    )
