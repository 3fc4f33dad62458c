"""What the inbox and the message's detail both say of a message."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Named, Table, TypedColumns, Update, bindparam, update

from domain.events.message import MessagePublished
from domain.personal import ERASED, readable
from projections.columns import Json, Moment
from projections.model import Row

Openings = dict[UUID, tuple[int, datetime]]
"""When messages were opened, and at which position, by message."""


class MessageColumns(TypedColumns):
    """The columns of both tables; the names are the event's. `size` is the attachments', in bytes.

    Where the owner has been erased, `is_erased` is true and what was personal is null.
    """

    message_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    publication_id: Named[UUID]
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
    attachment_count: Named[int]
    size: Named[int] = Column(BigInteger)
    recipient_partition: Named[str | None]
    reply_authorised: Named[bool]
    original_message: Named[UUID | None]
    registered: Named[bool]
    confirmation_needed: Named[bool]
    published_at: Named[datetime] = Column(Moment)
    visible_from: Named[datetime] = Column(Moment)
    due_at: Named[datetime | None] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    opened_at: Named[datetime | None] = Column(Moment)
    is_erased: Named[bool]
    position: Named[int] = Column(BigInteger)


def message_row(position: int, event: MessagePublished) -> Row:
    """The row of a message as it was published."""
    return {
        "message_id": event.originator_id,
        "mailbox_id": event.mailbox_id,
        "publication_id": event.publication_id,
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
        "attachment_count": len(event.attachments),
        "size": sum(one.size for one in event.attachments),
        "recipient_partition": event.recipient_partition,
        "reply_authorised": event.reply_authorised,
        "original_message": event.original_message,
        "registered": event.registered,
        "confirmation_needed": event.confirmation_needed,
        "published_at": event.timestamp,
        "visible_from": event.visible_from,
        "due_at": event.due_at,
        "expires_at": event.expires_at,
        "opened_at": None,
        "is_erased": event.subject is ERASED,
        "position": position,
    }


def open_in_page(published: dict[UUID, Row], opened: Openings) -> Openings:
    """Enter the openings of messages that the same page published; returns those of earlier messages."""
    for message_id in opened.keys() & published.keys():
        position, at = opened[message_id]
        published[message_id].update(opened_at=at, position=position)
    return {message_id: opened[message_id] for message_id in opened.keys() - published.keys()}


def open_in_table(connection: Connection, table: Table, opened: Openings) -> None:
    """Enter the openings of messages that an earlier page published."""
    if opened:
        changes = [
            {"opened": message_id, "opened_at": at, "position": position}
            for message_id, (position, at) in opened.items()
        ]
        connection.execute(_opening(table), changes)


@cache
def _opening(table: Table) -> Update:
    columns = table.c
    return (
        update(table)
        .where(columns.message_id == bindparam("opened"))
        .values(opened_at=bindparam("opened_at"), position=bindparam("position"))
    )
