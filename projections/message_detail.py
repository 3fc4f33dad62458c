"""One message with its attachments and its body, as its reader sees it from its release until its expiry.

No object keys and no document keys: content is released by the event store's own record of the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Connection, Named, Table, bindparam, delete, select

from domain.events.message import Addressee, AttachmentRecord, BusinessDatum, MessageExpired, MessagePublished
from domain.personal import readable
from projections.bulk import insert_rows
from projections.columns import METADATA, Json
from projections.message_facts import CHANGES, MessageColumns, change_of, message_row, update_rows
from projections.model import Located, ReadModel, Row


class DetailColumns(MessageColumns):
    """`body` is a text by language; `attachments` a list of what `Attachment` has."""

    body: Named[Any] = Column(Json, nullable=True)
    attachments: Named[Any] = Column(Json, nullable=False)


DETAIL: Final = Table("message_detail", METADATA, DetailColumns)


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """One file of a message. `size` in bytes; `sha256` in lower-case hex, None once its owner is erased."""

    id: UUID
    media_type: str
    size: int
    sha256: str | None
    is_main: bool
    is_signed: bool
    file_name: str | None
    title: dict[str, str] | None


@dataclass(frozen=True, slots=True, repr=False)
class MessageDetail:
    """Everything of a message but its documents."""

    message_id: UUID
    mailbox_id: UUID
    publication_id: UUID
    sender_organisation: str
    sender_application: str
    sender_partition: str | None
    on_behalf_of: str | None
    message_type: str
    language: str | None
    subject: dict[str, str] | None
    non_sensitive_title: dict[str, str] | None
    business_data: list[BusinessDatum] | None
    attention_of: Addressee | None
    is_body_main: bool
    has_body: bool
    attachment_count: int
    size: int
    recipient_partition: str | None
    reply_authorised: bool
    original_message: UUID | None
    registered: bool
    confirmation_needed: bool
    published_at: datetime
    visible_from: datetime
    received_at: datetime
    due_at: datetime | None
    expires_at: datetime
    opened_at: datetime | None
    is_hidden: bool
    is_archived: bool
    is_erased: bool
    body: dict[str, str] | None
    attachments: list[Attachment]


def detail(connection: Connection, message_id: UUID) -> MessageDetail | None:
    """The message, or None where there is none, it has expired or has not come into sight yet.

    Whose it is, is for the caller to check: `mailbox_id`.
    """
    row = connection.execute(_DETAIL, {"message": message_id}).one_or_none()
    if row is None:
        return None
    found = row._asdict()
    found["business_data"] = msgspec.convert(row.business_data, list[BusinessDatum] | None)
    found["attention_of"] = msgspec.convert(row.attention_of, Addressee | None)
    found["attachments"] = msgspec.convert(row.attachments, list[Attachment])
    return MessageDetail(**found)


_DETAIL: Final = select(*(DETAIL.c[field.name] for field in fields(MessageDetail))).where(
    DETAIL.c.message_id == bindparam("message"), DETAIL.c.received_at.is_not(None)
)
_REMOVE: Final = delete(DETAIL).where(DETAIL.c.message_id.in_(bindparam("messages", expanding=True)))


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    published: dict[UUID, Row] = {}
    changes: dict[UUID, Row] = {}
    expired: list[UUID] = []
    for position, event in page:
        match event:
            case MessagePublished():
                published[event.originator_id] = _row(position, event)
            case MessageExpired():
                expired.append(event.originator_id)
            case _:
                changes.setdefault(event.originator_id, {}).update(change_of(position, event))
    for message_id in changes.keys() & published.keys():
        published[message_id].update(changes.pop(message_id))
    update_rows(connection, DETAIL, changes)
    insert_rows(connection, DETAIL, list(published.values()))
    if expired:
        connection.execute(_REMOVE, {"messages": expired})


def _row(position: int, event: MessagePublished) -> Row:
    return {
        **message_row(position, event),
        "body": readable(event.body),
        "attachments": [_attachment(one) for one in event.attachments],
    }


def _attachment(record: AttachmentRecord) -> Row:
    return {
        "id": record.id,
        "media_type": record.media_type,
        "size": record.size,
        "sha256": readable(record.sha256),
        "is_main": record.is_main,
        "is_signed": record.is_signed,
        "file_name": readable(record.file_name),
        "title": readable(record.title),
    }


MODEL: Final = ReadModel(
    name="message_detail",
    tables=(DETAIL,),
    handles=frozenset({MessagePublished, MessageExpired, *CHANGES}),
    fold=_fold,
)
