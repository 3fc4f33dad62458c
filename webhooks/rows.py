"""What goes into the tables of deliveries, and what comes out of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.engine import Row

from webhooks.endpoints import Endpoint, EndpointKey, Registration
from webhooks.tables import milliseconds, moment


def delivery_id(event_id: UUID, key: EndpointKey) -> UUID:
    """The delivery of this event to this webhook."""
    return uuid5(event_id, f"{key.registration_id.hex}:{key.webhook_id}")


@dataclass(frozen=True, slots=True)
class Due:
    """An event that a webhook is to be told; `body` is the CloudEvent."""

    endpoint: EndpointKey
    event_id: UUID
    event_type: str
    body: str
    queued_at: datetime

    @property
    def delivery_id(self) -> UUID:
        """Derived: the same event for the same webhook is the same delivery."""
        return delivery_id(self.event_id, self.endpoint)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this caller alone makes until `claimed_until`, at attempt number `attempts`."""

    delivery_id: UUID
    endpoint: EndpointKey
    url: str
    body: bytes
    attempts: int
    first_tried_at: datetime
    claimed_until: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What was given up at `at`, and why."""

    delivery_id: UUID
    endpoint: EndpointKey
    event_id: UUID
    event_type: str
    queued_at: datetime
    at: datetime
    attempts: int
    last_status: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class EndpointState:
    """How it stands with a webhook: how many deliveries are in each state, since when the longest waits.

    `endpoint` is None where the webhook is not registered any more.
    """

    key: EndpointKey
    endpoint: Endpoint | None
    waiting: int
    delivered: int
    dead: int
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many rows are waiting and dead, and since when the longest waiting one waits."""

    waiting: int
    dead: int
    waits_since: datetime | None


def row_of(due: Due) -> dict[str, Any]:
    """The row that a delivery begins as."""
    return {
        "delivery_id": due.delivery_id,
        "registration_id": due.endpoint.registration_id,
        "webhook_id": due.endpoint.webhook_id,
        "event_id": due.event_id,
        "event_type": due.event_type,
        "body": due.body,
        "queued_at": milliseconds(due.queued_at),
        "state": "due",
        "due_at": milliseconds(due.queued_at),
        "attempts": 0,
        "first_tried_at": None,
        "last_status": None,
        "reason": None,
    }


def claimed_of(row: Row[Any], endpoint: Endpoint) -> Claimed:
    """The claim that a row has become."""
    return Claimed(
        delivery_id=row.delivery_id,
        endpoint=endpoint.key,
        url=endpoint.url,
        body=row.body.encode(),
        attempts=row.attempts,
        first_tried_at=moment(row.first_tried_at),
        claimed_until=moment(row.due_at),
    )


def dead_letter_of(row: Row[Any]) -> DeadLetter:
    """The dead letter that a row is."""
    return DeadLetter(
        delivery_id=row.delivery_id,
        endpoint=EndpointKey(row.registration_id, row.webhook_id),
        event_id=row.event_id,
        event_type=row.event_type,
        queued_at=moment(row.queued_at),
        at=moment(row.due_at),
        attempts=row.attempts,
        last_status=row.last_status,
        reason=row.reason or "",
    )


def registration_of(row: Row[Any]) -> Registration:
    """The registration that a row holds."""
    return Registration(
        registration_id=row.registration_id,
        organisation=row.organisation,
        site=row.site,
        mailbox_kinds=frozenset(row.mailbox_kinds),
        webhooks=tuple((one["id"], one["url"], frozenset(one["events"])) for one in row.webhooks),
        suspended_by_declaration=row.suspended_by_declaration,
        suspended_by_command=row.suspended_by_command,
    )


def row_of_registration(registration: Registration) -> dict[str, Any]:
    """The row that holds a registration."""
    return {
        "registration_id": registration.registration_id,
        "organisation": registration.organisation,
        "site": registration.site,
        "mailbox_kinds": sorted(registration.mailbox_kinds),
        "webhooks": [
            {"id": webhook_id, "url": url, "events": sorted(events)}
            for webhook_id, url, events in registration.webhooks
        ],
        "suspended_by_declaration": registration.suspended_by_declaration,
        "suspended_by_command": registration.suspended_by_command,
    }
