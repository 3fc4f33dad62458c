"""What goes into the outbox, and what a sender takes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Row

from domain.events.notification import NotificationKind
from notifier.tables import milliseconds, moment


@dataclass(frozen=True, slots=True)
class Due:
    """A notification that enters the outbox; `due_at` is when it may be sent.

    `message_id` is None where it is about no single message; `tells_of` are the messages that a summary is to
    tell of. One whose id is in the outbox already adds these to it.
    """

    notification_id: UUID
    mailbox_id: UUID
    message_id: UUID | None
    kind: NotificationKind
    queued_at: datetime
    due_at: datetime
    tells_of: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notification that this caller alone sends until `claimed_until`, at attempt number `attempts`."""

    notification_id: UUID
    mailbox_id: UUID
    message_id: UUID | None
    kind: NotificationKind
    queued_at: datetime
    attempts: int
    claimed_until: datetime
    tells_of: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many rows are due or being sent, by state, and since when the longest due one waits."""

    rows: dict[str, int]
    due_since: datetime | None


def row_of(due: Due) -> dict[str, Any]:
    """The row that a notification begins as."""
    return {
        "notification_id": due.notification_id,
        "mailbox_id": due.mailbox_id,
        "message_id": due.message_id,
        "kind": due.kind.value,
        "queued_at": milliseconds(due.queued_at),
        "state": "due",
        "due_at": milliseconds(due.due_at),
        "attempts": 0,
        "last_code": None,
    }


def claimed_of(row: Row[Any], tells_of: Sequence[UUID]) -> Claimed:
    """The claim that a row has become."""
    return Claimed(
        notification_id=row.notification_id,
        mailbox_id=row.mailbox_id,
        message_id=row.message_id,
        kind=NotificationKind(row.kind),
        queued_at=moment(row.queued_at),
        attempts=row.attempts,
        claimed_until=moment(row.due_at),
        tells_of=tells_of,
    )
