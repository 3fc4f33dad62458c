"""One message with its attachments and its body, as its reader sees it from its release until its expiry.

A withdrawn message is not there, a recalled one without what it held.

No object keys and no document keys: content is released by the event store's own record of the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Index,
    Named,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from domain.events.mailbox import MailboxMerged, OwnerErased
from domain.events.message import (
    Addressee,
    AttachmentRecord,
    BusinessDatum,
    MessageExpired,
    MessagePublished,
    MessageRecalled,
    MessageWithdrawn,
)
from domain.personal import readable
from projections.bulk import insert_rows
from projections.columns import METADATA, Json
from projections.erasing import forget_mailbox, forget_sender
from projections.mailbox_merges import doubles, merges_table, record_merge, survivors
from projections.message_facts import CHANGES, MessageColumns, change_of, message_row, update_rows
from projections.model import Located, ReadModel, Row


class DetailColumns(MessageColumns):
    """`body` is a text by language, `payment` are texts by name, `attachments` what `Attachment` has."""

    body: Named[Any] = Column(Json, nullable=True)
    payment: Named[Any] = Column(Json, nullable=True)
    attachments: Named[Any] = Column(Json, nullable=False)


DETAIL: Final = Table("message_detail", METADATA, DetailColumns)
MERGES: Final = merges_table("message_detail_merges")

Index("message_detail_publication", DETAIL.c.mailbox_id, DETAIL.c.publication_id)
_IS_REPLY: Final = DETAIL.c.sender_party.is_not(None)
Index("message_detail_replier", DETAIL.c.sender_party, postgresql_where=_IS_REPLY, sqlite_where=_IS_REPLY)


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
    payment: dict[str, str] | None = None
    has_payment: bool = False
    confirmed_at: datetime | None = None
    replied_at: datetime | None = None
    recalled_at: datetime | None = None
    sender_kind: str = "enterprise"
    sender_number: str | None = None

    @property
    def is_recalled(self) -> bool:
        """Whether its content was withheld."""
        return self.recalled_at is not None

    @property
    def is_unread(self) -> bool:
        """Whether it waits to be opened; a recalled one does not."""
        return self.opened_at is None and self.recalled_at is None


def detail(connection: Connection, mailbox_id: UUID, publication_id: UUID) -> MessageDetail | None:
    """The mailbox's message of that publication.

    None where there is none, it has expired, was withdrawn or has not come into sight yet. Whether its
    `recipient_partition` may be seen is for the caller to check.
    """
    row = connection.execute(_DETAIL, {"mailbox": mailbox_id, "publication": publication_id}).one_or_none()
    if row is None:
        return None
    found = row._asdict()
    found["business_data"] = msgspec.convert(row.business_data, list[BusinessDatum] | None)
    found["attention_of"] = msgspec.convert(row.attention_of, Addressee | None)
    found["attachments"] = msgspec.convert(row.attachments, list[Attachment])
    return MessageDetail(**found)


_MESSAGES: Final[BindParameter[Any]] = bindparam("messages", expanding=True)
_DETAIL: Final = select(*(DETAIL.c[field.name] for field in fields(MessageDetail))).where(
    DETAIL.c.mailbox_id == bindparam("mailbox"),
    DETAIL.c.publication_id == bindparam("publication"),
    DETAIL.c.received_at.is_not(None),
)
_REMOVE: Final = delete(DETAIL).where(DETAIL.c.message_id.in_(_MESSAGES))
_WITHHELD: Final[Row] = {"body": None, "payment": None, "attachments": []}


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    begin = 0
    for index, (position, event) in enumerate(page):
        if isinstance(event, MailboxMerged | OwnerErased):
            _take_in(connection, page[begin:index])
            if isinstance(event, MailboxMerged):
                _merge(connection, position, event)
            else:
                forget_mailbox(connection, event, DETAIL)
                forget_sender(connection, event, DETAIL)
            begin = index + 1
    _take_in(connection, page[begin:])


def _take_in(connection: Connection, page: Sequence[Located]) -> None:
    published: dict[UUID, Row] = {}
    changes: dict[UUID, Row] = {}
    gone: list[UUID] = []
    for position, event in page:
        match event:
            case MessagePublished():
                published[event.originator_id] = _row(position, event)
            case MessageExpired() | MessageWithdrawn():
                gone.append(event.originator_id)
            case MessageRecalled():
                change = {**change_of(position, event), **_WITHHELD}
                changes.setdefault(event.originator_id, {}).update(change)
            case _:
                changes.setdefault(event.originator_id, {}).update(change_of(position, event))
    for message_id in changes.keys() & published.keys():
        published[message_id].update(changes.pop(message_id))
    now = survivors(connection, MERGES, {row["mailbox_id"] for row in published.values()})
    for row in published.values():
        row["mailbox_id"] = now.get(row["mailbox_id"], row["mailbox_id"])
    update_rows(connection, DETAIL, changes)
    insert_rows(connection, DETAIL, list(published.values()))
    if gone:
        connection.execute(_REMOVE, {"messages": gone})


def _merge(connection: Connection, position: int, event: MailboxMerged) -> None:
    mailbox_id: UUID = event.originator_id
    into = record_merge(connection, MERGES, mailbox_id, event.into_mailbox)
    superfluous = doubles(connection, DETAIL, mailbox_id, into)
    if superfluous:
        connection.execute(_REMOVE, {"messages": superfluous})
    moved = update(DETAIL).where(DETAIL.c.mailbox_id == mailbox_id)
    connection.execute(moved.values(mailbox_id=into, position=position))


def _row(position: int, event: MessagePublished) -> Row:
    return {
        **message_row(position, event),
        "body": readable(event.body),
        "payment": readable(event.payment),
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
    tables=(DETAIL, MERGES),
    handles=frozenset(
        {MessagePublished, MessageExpired, MessageWithdrawn, MailboxMerged, OwnerErased, *CHANGES}
    ),
    fold=_fold,
)
