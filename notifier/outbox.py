"""The outbox: what is to be sent, claimed by any number of senders without two of them sending the same mail.

A claim is a lease: it commits the attempt *before* the mail is handed over, and ends by itself, so that what
a killed sender held is sent by another one. That makes sending at least once. The number of attempts is also
the claim's token: an outcome counts only while no later claim has been made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.events.notification import NotificationKind
from notifier.database import OutboxDatabase
from notifier.errors import PositionMoved, SummaryClosed
from notifier.rows import Backlog, Claimed, Due, claimed_of, row_of
from notifier.tables import FILLER_POSITION, OUTBOX, SETTLED, TOLD_OF, milliseconds, moment
from schema_changes import migrate

_MIGRATIONS = Path(__file__).with_name("migrations")
_OPEN = ("due", "claimed")
_SUMMARY = NotificationKind.DAILY_SUMMARY.value
_PORTION = 500


class Outbox:
    """Its tables, over one database. Blocks; safe to use from several threads and processes.

    Every method raises `domain.errors.Unavailable` when the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self._database = OutboxDatabase(url)

    def create_tables(self) -> None:
        """Bring the tables to the newest version; for `ebox migrate`. Two may do it at once."""
        with self._database.transaction() as connection:
            migrate(connection, _MIGRATIONS, "outbox_version")

    def check(self) -> None:
        """Raise unless the tables are there as this release knows them."""
        with self._database.transaction() as connection:
            for table in (OUTBOX, TOLD_OF, FILLER_POSITION):
                connection.execute(sa.select(table).limit(0))

    def position(self) -> int:
        """How far the filler has come in the log."""
        with self._database.transaction() as connection:
            return int(connection.execute(sa.select(FILLER_POSITION.c.position)).scalar_one())

    def fill(self, rows: Sequence[Due], from_position: int, to_position: int) -> None:
        """Add `rows` and move the position, both or neither. What is in the outbox already is not doubled.

        Raises:
            PositionMoved: the position is not `from_position` any more; nothing was added.
            SummaryClosed: a summary is being sent, or was: it takes nothing in any more; nothing was added.
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
                _add(connection, rows)

    def summaries(self, notification_ids: Sequence[UUID]) -> dict[UUID, bool]:
        """Which of these are in the outbox, and whether they still take messages in."""
        with self._database.transaction() as connection:
            return _kept(connection, notification_ids)

    def claim(self, at_most: int, now: datetime, lease: timedelta) -> list[Claimed]:
        """Take up to `at_most` notifications that are due, longest due first, counting the attempt."""
        of_these = (OUTBOX.c.state.in_(_OPEN), OUTBOX.c.due_at <= milliseconds(now))
        with self._database.transaction() as connection:
            return _claim(connection, of_these, at_most, now, lease)

    def claim_about(
        self, message_ids: Sequence[UUID], at_most: int, now: datetime, lease: timedelta
    ) -> list[Claimed]:
        """Take up to `at_most` notifications about these messages that nobody has claimed, due or not yet."""
        of_these = (OUTBOX.c.state == "due", OUTBOX.c.message_id.in_(message_ids))
        with self._database.transaction() as connection:
            return _claim(connection, of_these, at_most, now, lease)

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

    def cancelled(self, claim: Claimed, at: datetime) -> None:
        """There is nothing left to tell."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="cancelled", due_at=at)

    def remove_settled(self, before: datetime, at_most: int) -> int:
        """Drop up to `at_most` rows settled before that moment: the log has their story."""
        settled = (
            sa.select(OUTBOX.c.notification_id)
            .where(OUTBOX.c.state.in_(SETTLED), OUTBOX.c.due_at < milliseconds(before))
            .limit(at_most)
        )
        with self._database.transaction() as connection:
            old = connection.execute(settled).scalars().all()
            for some in _portions(old):
                for table in (TOLD_OF, OUTBOX):
                    connection.execute(sa.delete(table).where(table.c.notification_id.in_(some)))
        return len(old)

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


def _add(connection: Connection, rows: Sequence[Due]) -> None:
    # Nobody else adds rows meanwhile: whoever does has moved the position first, in this transaction.
    kept = _kept(connection, [due.notification_id for due in rows])
    if any(due.tells_of and not kept.get(due.notification_id, True) for due in rows):
        raise SummaryClosed("a summary is being sent")
    new = [row_of(due) for due in rows if due.notification_id not in kept]
    told_of = [
        {"notification_id": due.notification_id, "message_id": message_id}
        for due in rows
        for message_id in due.tells_of
    ]
    for table, values in ((OUTBOX, new), (TOLD_OF, told_of)):
        if values:
            connection.execute(sa.insert(table), values)


def _kept(connection: Connection, notification_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Those that have a row, and whether it was never claimed; nobody claims it within the transaction."""
    kept: dict[UUID, bool] = {}
    for some in _portions(notification_ids):
        rows = connection.execute(
            sa.select(OUTBOX.c.notification_id, OUTBOX.c.state, OUTBOX.c.attempts)
            .where(OUTBOX.c.notification_id.in_(some))
            .with_for_update()
        )
        kept |= {row.notification_id: row.state == "due" and row.attempts == 0 for row in rows}
    return kept


def _claim(
    connection: Connection,
    of_these: Sequence[sa.ColumnElement[bool]],
    at_most: int,
    now: datetime,
    lease: timedelta,
) -> list[Claimed]:
    picked = (
        connection.execute(
            sa.select(OUTBOX.c.notification_id)
            .where(*of_these)
            .order_by(OUTBOX.c.due_at)
            .limit(at_most)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    if not picked:
        return []
    rows = connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.notification_id.in_(picked))
        .values(state="claimed", due_at=milliseconds(now + lease), attempts=OUTBOX.c.attempts + 1)
        .returning(OUTBOX)
    ).all()
    told_of = _told_of(connection, [row.notification_id for row in rows if row.kind == _SUMMARY])
    order = {notification_id: place for place, notification_id in enumerate(picked)}
    claims = [claimed_of(row, told_of.get(row.notification_id, ())) for row in rows]
    return sorted(claims, key=lambda claim: order[claim.notification_id])


def _told_of(connection: Connection, notification_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    told_of: dict[UUID, list[UUID]] = {}
    if notification_ids:
        rows = connection.execute(
            sa.select(TOLD_OF)
            .where(TOLD_OF.c.notification_id.in_(notification_ids))
            .order_by(TOLD_OF.c.message_id)
        )
        for row in rows:
            told_of.setdefault(row.notification_id, []).append(row.message_id)
    return told_of


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """A database takes so many values in one statement."""
    for start in range(0, len(ids), _PORTION):
        yield ids[start : start + _PORTION]


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
