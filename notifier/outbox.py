"""The outbox: what is to be sent, claimed by any number of senders without two of them sending the same mail.

A claim is a lease: it commits the attempt *before* the mail is handed over, and ends by itself, so that what
a killed sender held is sent by another one. That makes sending at least once. The number of attempts is also
the claim's token: an outcome counts only while no later claim has been made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.events.notification import NotificationKind
from notifier.database import OutboxDatabase
from notifier.errors import PositionMoved
from notifier.tables import FILLER_POSITION, OUTBOX, milliseconds, moment
from schema_changes import migrate

_MIGRATIONS = Path(__file__).with_name("migrations")
_OPEN = ("due", "claimed")


@dataclass(frozen=True, slots=True)
class Due:
    """A notification that enters the outbox; `due_at` is when it may be sent."""

    notification_id: UUID
    mailbox_id: UUID
    message_id: UUID
    kind: NotificationKind
    sender_organisation: str
    message_type: str
    queued_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notification that this caller alone sends until `claimed_until`, at attempt number `attempts`."""

    notification_id: UUID
    mailbox_id: UUID
    message_id: UUID
    kind: NotificationKind
    sender_organisation: str
    message_type: str
    queued_at: datetime
    attempts: int
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many rows are due or being sent, by state, and since when the longest due one waits."""

    rows: dict[str, int]
    due_since: datetime | None


class Outbox:
    """Both tables, over one database. Blocks; safe to use from several threads and processes.

    Every method raises `domain.errors.Unavailable` when the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self._database = OutboxDatabase(url)

    def create_tables(self) -> None:
        """Bring the tables to the newest version; for `ebox migrate`. Two may do it at once."""
        with self._database.transaction() as connection:
            migrate(connection, _MIGRATIONS, "outbox_version")

    def check(self) -> None:
        """Raise unless both tables are there as this release knows them."""
        with self._database.transaction() as connection:
            for table in (OUTBOX, FILLER_POSITION):
                connection.execute(sa.select(table).limit(0))

    def position(self) -> int:
        """How far the filler has come in the log."""
        with self._database.transaction() as connection:
            return int(connection.execute(sa.select(FILLER_POSITION.c.position)).scalar_one())

    def fill(self, rows: Sequence[Due], from_position: int, to_position: int) -> None:
        """Add `rows` and move the position, both or neither.

        Raises:
            PositionMoved: the position is not `from_position` any more; nothing was added.
        """
        with self._database.transaction() as connection:
            moved = connection.execute(
                sa.update(FILLER_POSITION)
                .where(FILLER_POSITION.c.position == from_position)
                .values(position=to_position)
            )
            if moved.rowcount != 1:
                raise PositionMoved("another filler has been here")
            if rows:
                connection.execute(sa.insert(OUTBOX), [_row(due) for due in rows])

    def claim(self, at_most: int, now: datetime, lease: timedelta) -> list[Claimed]:
        """Take up to `at_most` notifications that are due, longest due first, counting the attempt."""
        with self._database.transaction() as connection:
            picked = (
                connection.execute(
                    sa.select(OUTBOX.c.notification_id)
                    .where(OUTBOX.c.state.in_(("due", "claimed")), OUTBOX.c.due_at <= milliseconds(now))
                    .order_by(OUTBOX.c.due_at)
                    .limit(at_most)
                    .with_for_update(skip_locked=True)
                )
                .scalars()
                .all()
            )
            if not picked:
                return []
            claimed = connection.execute(
                sa.update(OUTBOX)
                .where(OUTBOX.c.notification_id.in_(picked))
                .values(state="claimed", due_at=milliseconds(now + lease), attempts=OUTBOX.c.attempts + 1)
                .returning(OUTBOX)
            ).all()
        order = {notification_id: place for place, notification_id in enumerate(picked)}
        return sorted(map(_claimed, claimed), key=lambda row: order[row.notification_id])

    def release(self, claims: Sequence[Claimed], due_at: datetime) -> None:
        """Give back what was not tried at all: the attempt does not count."""
        with self._database.transaction() as connection:
            for claim in claims:
                _settle(connection, claim, state="due", due_at=due_at, attempts=claim.attempts - 1)

    def retry(self, claim: Claimed, due_at: datetime, smtp_code: int | None) -> None:
        """It was not sent this time; it is due again at `due_at`."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="due", due_at=due_at, last_code=smtp_code)

    def sent(self, claim: Claimed, at: datetime) -> None:
        """The relay took it over."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="sent", due_at=at)

    def failed(self, claim: Claimed, at: datetime, smtp_code: int | None) -> None:
        """It will never be sent."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="failed", due_at=at, last_code=smtp_code)

    def remove_settled(self, before: datetime, at_most: int) -> int:
        """Drop up to `at_most` rows sent or given up before that moment: the log has their story."""
        old = (
            sa.select(OUTBOX.c.notification_id)
            .where(OUTBOX.c.state.in_(("sent", "failed")), OUTBOX.c.due_at < milliseconds(before))
            .limit(at_most)
        )
        with self._database.transaction() as connection:
            return connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.notification_id.in_(old))).rowcount

    def counts(self) -> dict[str, int]:
        """How many rows are in each state that has any."""
        counted = sa.select(OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.state)
        with self._database.transaction() as connection:
            return {row[0]: row[1] for row in connection.execute(counted)}

    def backlog(self) -> Backlog:
        """What is not settled; as much work as there are such rows, however many were settled."""
        open_rows = (
            sa.select(OUTBOX.c.state, sa.func.count(), sa.func.min(OUTBOX.c.due_at))
            .where(OUTBOX.c.state.in_(_OPEN))
            .group_by(OUTBOX.c.state)
        )
        with self._database.transaction() as connection:
            found = {row[0]: (row[1], row[2]) for row in connection.execute(open_rows)}
        return Backlog(
            {state: found.get(state, (0, None))[0] for state in _OPEN},
            moment(found["due"][1]) if "due" in found else None,
        )

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def _settle(connection: Connection, claim: Claimed, *, due_at: datetime, **values: Any) -> None:
    """Change the row if the claim still stands; one that lapsed belongs to whoever claimed it since."""
    connection.execute(
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.notification_id == claim.notification_id,
            OUTBOX.c.state == "claimed",
            OUTBOX.c.attempts == claim.attempts,
        )
        .values(due_at=milliseconds(due_at), **values)
    )


def _row(due: Due) -> dict[str, Any]:
    return {
        "notification_id": due.notification_id,
        "mailbox_id": due.mailbox_id,
        "message_id": due.message_id,
        "kind": due.kind.value,
        "sender_organisation": due.sender_organisation,
        "message_type": due.message_type,
        "queued_at": milliseconds(due.queued_at),
        "state": "due",
        "due_at": milliseconds(due.due_at),
        "attempts": 0,
        "last_code": None,
    }


def _claimed(row: sa.Row[Any]) -> Claimed:
    return Claimed(
        notification_id=row.notification_id,
        mailbox_id=row.mailbox_id,
        message_id=row.message_id,
        kind=NotificationKind(row.kind),
        sender_organisation=row.sender_organisation,
        message_type=row.message_type,
        queued_at=moment(row.queued_at),
        attempts=row.attempts,
        claimed_until=moment(row.due_at),
    )
