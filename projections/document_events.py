"""The feed of what happened to documents: new, reminded of, about to expire, read. Never what they say.

One table: a row for each publication, which has the facts, and one for each later event, which copies them.
A message that is out of sight has a row that nobody is shown until its release; of one that was withdrawn
nothing is shown any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Named,
    Table,
    TypedColumns,
    bindparam,
    select,
    update,
)

from domain.events.base import Event
from domain.events.mailbox import MailboxCreated
from domain.events.message import (
    ExpiryAnnounced,
    MessageOpened,
    MessagePublished,
    MessageReleased,
    MessageWithdrawn,
    ReminderDue,
)
from projections.bulk import insert_rows
from projections.columns import METADATA, Moment
from projections.model import Located, ReadModel, Row

NEW: Final = "newDocument"
REMINDER: Final = "newDocumentReminder"
EXPIRY: Final = "documentExpirationAlert"
READ: Final = "readDocument"
_TOLD: Final[dict[type[Event], str]] = {
    MessageReleased: NEW,
    ReminderDue: REMINDER,
    ExpiryAnnounced: EXPIRY,
    MessageOpened: READ,
}


class EventColumns(TypedColumns):
    """`told` is the feed's word for what happened, null where there is nothing to tell yet.

    `stream_id` is the message's own stream; `received_at` when it came into its reader's sight. Without an
    `owner_kind`, the mailbox's own beginning being missing from the log, nobody is told.
    """

    position: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(Moment)
    told: Named[str | None]
    is_publication: Named[bool]
    stream_id: Named[UUID]
    publication_id: Named[UUID]
    mailbox_id: Named[UUID]
    owner_kind: Named[str | None]
    sender_organisation: Named[str]
    sender_application: Named[str]
    message_type: Named[str]
    received_at: Named[datetime] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    registered: Named[bool]


class OwnerColumns(TypedColumns):
    """Whose mailbox it is: `citizen` or `enterprise`."""

    mailbox_id: Named[UUID] = Column(primary_key=True)
    owner_kind: Named[str]


DOCUMENT_EVENTS: Final = Table("document_event", METADATA, EventColumns)
OWNERS: Final = Table("document_event_owner", METADATA, OwnerColumns)
_e = DOCUMENT_EVENTS.c
_IS_TOLD = _e.told.is_not(None)
Index(
    "document_event_of_sender",
    _e.sender_organisation,
    _e.owner_kind,
    _e.position,
    postgresql_where=_IS_TOLD,
    sqlite_where=_IS_TOLD,
)
Index("document_event_of_kind", _e.owner_kind, _e.position, postgresql_where=_IS_TOLD, sqlite_where=_IS_TOLD)
Index("document_event_message", _e.stream_id)


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """One line of the feed; its place in it is its position in the log."""

    position: int
    at: datetime
    told: str
    publication_id: UUID
    mailbox_id: UUID
    sender_organisation: str
    sender_application: str
    message_type: str
    received_at: datetime
    expires_at: datetime
    registered: bool


def page(
    connection: Connection,
    *,
    owner_kind: str,
    sender: str | None,
    after: int,
    since: datetime | None,
    limit: int,
) -> list[DocumentEvent]:
    """The next `limit` events behind `after`, of one sender's documents or (None) of everybody's."""
    query = select(*(_e[field.name] for field in fields(DocumentEvent))).where(
        _IS_TOLD, _e.owner_kind == owner_kind, _e.position > after
    )
    if sender is not None:
        query = query.where(_e.sender_organisation == sender)
    if since is not None:
        query = query.where(_e.at >= since)
    return [DocumentEvent(*row) for row in connection.execute(query.order_by(_e.position).limit(limit))]


_OWNERS: Final = select(OWNERS).where(OWNERS.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)))
_PUBLICATIONS: Final = select(DOCUMENT_EVENTS).where(
    _e.is_publication, _e.stream_id.in_(bindparam("streams", expanding=True))
)

_TAKE_BACK: Final = (
    update(DOCUMENT_EVENTS).where(_e.stream_id.in_(bindparam("streams", expanding=True))).values(told=None)
)


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    created = {
        event.originator_id: event.owner_kind.value for _, event in page if isinstance(event, MailboxCreated)
    }
    owners = created | _owners(connection, page, created)
    rows: list[Row] = []
    published: dict[UUID, Row] = {}
    later: list[tuple[int, Event]] = []
    for position, event in page:
        if isinstance(event, MessagePublished):
            row = _published(position, event, owners.get(event.mailbox_id))
            published[event.originator_id] = row
            rows.append(row)
        elif not isinstance(event, MailboxCreated | MessageWithdrawn):
            later.append((position, event))
    earlier = list({event.originator_id for _, event in later} - published.keys())
    if earlier:
        found = connection.execute(_PUBLICATIONS, {"streams": earlier}).mappings()
        published |= {row["stream_id"]: dict(row) for row in found}
    rows += [_later(position, event, published[event.originator_id]) for position, event in later]
    insert_rows(
        connection,
        OWNERS,
        [{"mailbox_id": mailbox, "owner_kind": kind} for mailbox, kind in created.items()],
    )
    insert_rows(connection, DOCUMENT_EVENTS, rows)
    withdrawn = [event.originator_id for _, event in page if isinstance(event, MessageWithdrawn)]
    if withdrawn:
        connection.execute(_TAKE_BACK, {"streams": withdrawn})


def _owners(connection: Connection, page: Sequence[Located], known: dict[UUID, str]) -> dict[UUID, str]:
    asked = {event.mailbox_id for _, event in page if isinstance(event, MessagePublished)} - known.keys()
    if not asked:
        return {}
    found = connection.execute(_OWNERS, {"mailboxes": list(asked)})
    return {row.mailbox_id: row.owner_kind for row in found}


def _published(position: int, event: MessagePublished, owner_kind: str | None) -> Row:
    return {
        "position": position,
        "at": event.timestamp,
        "told": NEW if event.visible_from <= event.timestamp else None,
        "is_publication": True,
        "stream_id": event.originator_id,
        "publication_id": event.publication_id,
        "mailbox_id": event.mailbox_id,
        "owner_kind": owner_kind,
        "sender_organisation": event.sender_organisation,
        "sender_application": event.sender_application,
        "message_type": event.message_type,
        "received_at": max(event.visible_from, event.timestamp),
        "expires_at": event.expires_at,
        "registered": event.registered,
    }


def _later(position: int, event: Event, published: Row) -> Row:
    told = _TOLD[type(event)]
    return published | {"position": position, "at": event.timestamp, "told": told, "is_publication": False}


MODEL: Final = ReadModel(
    name="document_events",
    tables=(DOCUMENT_EVENTS, OWNERS),
    handles=frozenset({MailboxCreated, MessagePublished, MessageWithdrawn, *_TOLD}),
    fold=_fold,
)
