"""Deliveries: filled by one, claimed by any number of senders without two of them sending the same at once.

A claim is a lease: it commits the attempt *before* anything is posted, and ends by itself, so that what a
killed sender held is sent by another one. That makes delivery at least once. The number of attempts is also
the claim's token: an outcome counts only while no later claim has been made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from random import shuffle
from typing import Any, Final, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema_changes import migrate
from webhooks.endpoints import Endpoint, EndpointKey, Registration, Registrations
from webhooks.errors import PositionMoved
from webhooks.rows import Claimed, Due, claimed_of, registration_of, row_of, row_of_registration
from webhooks.tables import DELIVERY, METADATA, OPEN, POSITION, REGISTRATION, VERSION_TABLE, milliseconds

MOST_WAITING: Final = 500_000
"""For one webhook: what comes on top is a dead letter at once."""

_AT_ONCE: Final = 500
_MIGRATIONS = Path(__file__).with_name("migrations")


class Database(Protocol):
    """Where the tables are. Transactions raise `domain.errors.Unavailable` where it does not answer."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """A transaction, committed when the block ends well."""
        ...


class Deliveries:
    """The filler's and the sender's side of the tables. Blocks; safe to use from several threads."""

    def __init__(self, database: Database, *, most_waiting: int = MOST_WAITING) -> None:
        self._database = database
        self._most_waiting = most_waiting

    def create_tables(self) -> None:
        """Bring the tables to the newest version; for `ebox migrate`. Two may do it at once."""
        with self._database.transaction() as connection:
            migrate(connection, _MIGRATIONS, VERSION_TABLE)

    def check(self) -> None:
        """Raise unless the tables are there as this release knows them."""
        with self._database.transaction() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(sa.select(table).limit(0))

    def state(self) -> tuple[int, Registrations]:
        """How far the filler has come in the log, and the registrations at that position."""
        with self._database.transaction() as connection:
            position = connection.execute(sa.select(POSITION.c.position)).scalar_one()
            return int(position), Registrations(_registrations(connection))

    def fill(
        self,
        rows: Sequence[Due],
        changed: Iterable[Registration],
        taken_back: Sequence[UUID] = (),
        *,
        from_position: int,
        to_position: int,
        now: datetime,
    ) -> None:
        """Add `rows`, keep the `changed` registrations and move the position: all of it or nothing.

        Deliveries that are `taken_back` go, unless they were made, and no replay brings them back. What waits
        for a webhook that is suspended or gone by then becomes a dead letter. Raises `PositionMoved` where
        the position is not `from_position` any more.
        """
        with self._database.transaction() as connection:
            moved = connection.execute(
                sa.update(POSITION).where(POSITION.c.position == from_position).values(position=to_position)
            )
            if moved.rowcount != 1:
                raise PositionMoved("another filler has been here")
            if rows:
                connection.execute(sa.insert(DELIVERY), self._within_limits(connection, rows))
            for start in range(0, len(taken_back), _AT_ONCE):
                _take_back(connection, taken_back[start : start + _AT_ONCE])
            for registration in changed:
                _keep(connection, registration, now)

    def claim(
        self, rooms: Mapping[EndpointKey, int], usual: int, at_most: int, now: datetime, lease: timedelta
    ) -> list[Claimed]:
        """Take up to `at_most` due deliveries, counting the attempt; of each webhook the longest due first.

        Of a webhook no more than its room in `rooms`, or else the `usual` one: a slow receiver takes nobody
        else's place.
        """
        claims: list[Claimed] = []
        with self._database.transaction() as connection:
            active = Registrations(_registrations(connection)).active
            shuffle(active)
            for endpoint in active:
                room = min(rooms.get(endpoint.key, usual), at_most - len(claims))
                if room > 0:
                    claims += _claim(connection, endpoint, room, now, lease)
        return claims

    def release(self, claim: Claimed, due_at: datetime) -> None:
        """Give back what was not tried at all: the attempt does not count."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="due", due_at=due_at, attempts=claim.attempts - 1)

    def retry(self, claim: Claimed, due_at: datetime, status: int | None, reason: str) -> None:
        """It was not taken this time; it is due again at `due_at`."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="due", due_at=due_at, last_status=status, reason=reason)

    def delivered(self, claim: Claimed, at: datetime) -> None:
        """The receiver has it."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="delivered", due_at=at, reason=None)

    def dead(self, claim: Claimed, at: datetime, status: int | None, reason: str) -> None:
        """It is tried no more."""
        with self._database.transaction() as connection:
            _settle(connection, claim, state="dead", due_at=at, last_status=status, reason=reason)

    def give_up(
        self, endpoint: EndpointKey, now: datetime, tried_before: datetime, queued_before: datetime | None
    ) -> int:
        """Make dead letters of what waits for a failing receiver for too long; how many.

        That is what was first tried before one moment and, where that is given, what was queued before the
        other and never got its turn.
        """
        is_late = DELIVERY.c.first_tried_at <= milliseconds(tried_before)
        if queued_before is not None:
            untried = DELIVERY.c.first_tried_at.is_(None)
            is_late |= untried & (DELIVERY.c.queued_at <= milliseconds(queued_before))
        with self._database.transaction() as connection:
            given_up = connection.execute(
                sa.update(DELIVERY)
                .where(*_of(endpoint), DELIVERY.c.state == "due", is_late)
                .values(
                    state="dead",
                    due_at=milliseconds(now),
                    reason=sa.func.coalesce(DELIVERY.c.reason, "the receiver did not serve in all that time"),
                )
            )
            return int(given_up.rowcount)

    def remove_settled(self, delivered_before: datetime, dead_before: datetime, at_most: int) -> int:
        """Drop up to `at_most` rows of each kind that were settled before these moments; how many."""
        removed = 0
        with self._database.transaction() as connection:
            for state, before in (("delivered", delivered_before), ("dead", dead_before)):
                old = (
                    sa.select(DELIVERY.c.delivery_id)
                    .where(DELIVERY.c.state == state, DELIVERY.c.due_at < milliseconds(before))
                    .limit(at_most)
                )
                removed += connection.execute(
                    sa.delete(DELIVERY).where(DELIVERY.c.delivery_id.in_(old))
                ).rowcount
        return removed

    def _within_limits(self, connection: Connection, rows: Sequence[Due]) -> list[dict[str, Any]]:
        full = {key for key in {due.endpoint for due in rows} if self._is_full(connection, key)}
        over = {"state": "dead", "reason": "too many events wait for this receiver"}
        return [row_of(due) | (over if due.endpoint in full else {}) for due in rows]

    def _is_full(self, connection: Connection, endpoint: EndpointKey) -> bool:
        waiting = (
            sa.select(sa.literal(1))
            .select_from(DELIVERY)
            .where(*_of(endpoint), DELIVERY.c.state.in_(OPEN))
            .offset(self._most_waiting - 1)
            .limit(1)
        )
        return connection.execute(waiting).first() is not None


def _registrations(connection: Connection) -> list[Registration]:
    return [registration_of(row) for row in connection.execute(sa.select(REGISTRATION))]


def _take_back(connection: Connection, deliveries: Sequence[UUID]) -> None:
    is_one = (DELIVERY.c.delivery_id.in_(deliveries), DELIVERY.c.state != "delivered")
    connection.execute(sa.delete(DELIVERY).where(*is_one))


def _keep(connection: Connection, registration: Registration, now: datetime) -> None:
    of_it = REGISTRATION.c.registration_id == registration.registration_id
    connection.execute(sa.delete(REGISTRATION).where(of_it))
    connection.execute(sa.insert(REGISTRATION), [row_of_registration(registration)])
    still = [one.key.webhook_id for one in registration.endpoints if not one.is_suspended]
    connection.execute(
        sa.update(DELIVERY)
        .where(
            DELIVERY.c.registration_id == registration.registration_id,
            DELIVERY.c.webhook_id.not_in(still),
            DELIVERY.c.state.in_(OPEN),
        )
        .values(state="dead", due_at=milliseconds(now), reason="suspended, or not registered any more")
    )


def _claim(
    connection: Connection, endpoint: Endpoint, room: int, now: datetime, lease: timedelta
) -> list[Claimed]:
    picked = (
        connection.execute(
            sa.select(DELIVERY.c.delivery_id)
            .where(*_of(endpoint.key), DELIVERY.c.state.in_(OPEN), DELIVERY.c.due_at <= milliseconds(now))
            .order_by(DELIVERY.c.due_at)
            .limit(room)
            .with_for_update(skip_locked=True)
        )
        .scalars()
        .all()
    )
    if not picked:
        return []
    rows = connection.execute(
        sa.update(DELIVERY)
        .where(DELIVERY.c.delivery_id.in_(picked))
        .values(
            state="claimed",
            due_at=milliseconds(now + lease),
            attempts=DELIVERY.c.attempts + 1,
            first_tried_at=sa.func.coalesce(DELIVERY.c.first_tried_at, milliseconds(now)),
        )
        .returning(DELIVERY)
    )
    return [claimed_of(row, endpoint) for row in rows]


def _of(endpoint: EndpointKey) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        DELIVERY.c.registration_id == endpoint.registration_id,
        DELIVERY.c.webhook_id == endpoint.webhook_id,
    )


def _settle(connection: Connection, claim: Claimed, *, due_at: datetime, **values: Any) -> None:
    """Change the row if the claim still stands; one that lapsed belongs to whoever claimed it since."""
    connection.execute(
        sa.update(DELIVERY)
        .where(
            DELIVERY.c.delivery_id == claim.delivery_id,
            DELIVERY.c.state == "claimed",
            DELIVERY.c.attempts == claim.attempts,
        )
        .values(due_at=milliseconds(due_at), **values)
    )
