"""How it stands with each webhook, and its dead letters: what operators ask for, and how they send again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from webhooks.deliveries import Database
from webhooks.endpoints import Endpoint, EndpointKey
from webhooks.rows import Backlog, DeadLetter, EndpointState, dead_letter_of, registration_of
from webhooks.tables import DELIVERY, OPEN, REGISTRATION, milliseconds, moment


class Overview:
    """The operator's side of the tables. Blocks; every method raises `domain.errors.Unavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints(self) -> list[EndpointState]:
        """Every registered webhook, and those that are gone and have left something."""
        counted = sa.select(
            DELIVERY.c.registration_id,
            DELIVERY.c.webhook_id,
            DELIVERY.c.state,
            sa.func.count(),
            sa.func.min(DELIVERY.c.queued_at),
        ).group_by(DELIVERY.c.registration_id, DELIVERY.c.webhook_id, DELIVERY.c.state)
        found: dict[EndpointKey, dict[str, tuple[int, int]]] = {}
        with self._database.transaction() as connection:
            known = {one.key: one for one in _endpoints(connection)}
            for registration_id, webhook_id, state, count, since in connection.execute(counted):
                found.setdefault(EndpointKey(registration_id, webhook_id), {})[state] = (count, since)
        keys = sorted({*known, *found}, key=lambda key: (key.webhook_id, key.registration_id))
        return [_state_of(key, known.get(key), found.get(key, {})) for key in keys]

    def dead_letters(self, webhook_id: str | None, at_most: int) -> list[DeadLetter]:
        """The newest dead letters, of one webhook or of all."""
        wanted = sa.select(DELIVERY).where(DELIVERY.c.state == "dead", *_of(webhook_id))
        with self._database.transaction() as connection:
            rows = connection.execute(wanted.order_by(DELIVERY.c.due_at.desc()).limit(at_most))
            return [dead_letter_of(row) for row in rows]

    def replay(self, delivery_id: UUID | None, webhook_id: str | None, now: datetime) -> int:
        """Send dead letters again, as if never tried: that one, that webhook's, or all; how many.

        Those of a webhook that is suspended or not registered any more stay what they are.
        """
        replayed = 0
        with self._database.transaction() as connection:
            for endpoint in _endpoints(connection):
                if not endpoint.is_suspended:
                    replayed += _replay(connection, endpoint.key, delivery_id, webhook_id, now)
        return replayed

    def backlog(self) -> Backlog:
        """What waits and what is dead, for the meters."""
        counted = (
            sa.select(DELIVERY.c.state, sa.func.count(), sa.func.min(DELIVERY.c.queued_at))
            .where(DELIVERY.c.state != "delivered")
            .group_by(DELIVERY.c.state)
        )
        with self._database.transaction() as connection:
            found = {row[0]: (row[1], row[2]) for row in connection.execute(counted)}
        waiting = [found[state] for state in OPEN if state in found]
        since = [queued_at for _, queued_at in waiting]
        return Backlog(
            waiting=sum(count for count, _ in waiting),
            dead=found.get("dead", (0, 0))[0],
            waits_since=moment(min(since)) if since else None,
        )


def _endpoints(connection: Connection) -> list[Endpoint]:
    rows = connection.execute(sa.select(REGISTRATION))
    return [endpoint for row in rows for endpoint in registration_of(row).endpoints]


def _state_of(
    key: EndpointKey, endpoint: Endpoint | None, found: dict[str, tuple[int, int]]
) -> EndpointState:
    waiting = [found[state] for state in OPEN if state in found]
    return EndpointState(
        key=key,
        endpoint=endpoint,
        waiting=sum(count for count, _ in waiting),
        delivered=found.get("delivered", (0, 0))[0],
        dead=found.get("dead", (0, 0))[0],
        waits_since=moment(min(since for _, since in waiting)) if waiting else None,
    )


def _replay(
    connection: Connection,
    key: EndpointKey,
    delivery_id: UUID | None,
    webhook_id: str | None,
    now: datetime,
) -> int:
    which: Sequence[sa.ColumnElement[bool]] = [
        DELIVERY.c.registration_id == key.registration_id,
        DELIVERY.c.webhook_id == key.webhook_id,
        DELIVERY.c.state == "dead",
        *_of(webhook_id),
        *([] if delivery_id is None else [DELIVERY.c.delivery_id == delivery_id]),
    ]
    changed = connection.execute(
        sa.update(DELIVERY)
        .where(*which)
        .values(
            state="due",
            queued_at=milliseconds(now),  # or the next failure would end what was queued too long ago
            due_at=milliseconds(now),
            attempts=0,
            first_tried_at=None,
            last_status=None,
            reason=None,
        )
    )
    return int(changed.rowcount)


def _of(webhook_id: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if webhook_id is None else [DELIVERY.c.webhook_id == webhook_id]
