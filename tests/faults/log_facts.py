"""What is in the log, by the checker's own SQL.

Only personal fields need eBox' own code, which alone holds their keys: a publication's subject says which one
it is. Everything else is read from the stored JSON as it lies there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent

from domain.events.message import MessagePublished
from domain.personal import readable
from eventstore.mapper import EventMapper


@dataclass(frozen=True, slots=True)
class Published:
    """A `message.published`. `tag` is its English subject."""

    position: int
    message_id: UUID
    mailbox_id: UUID
    party_id: UUID
    tag: str
    attachment_id: UUID | None


@dataclass(frozen=True, slots=True)
class Access:
    """An `access.recorded`. `at` in seconds since 1970."""

    position: int
    at: float
    mailbox_id: UUID
    what: str
    publication: UUID | None
    attachment: UUID | None
    site: str | None
    actor_party: UUID
    token_sha256: str
    request_id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """A `notification.…`. `topic` without that part, `at` in seconds since 1970; the rest where it has it."""

    position: int
    at: float
    notification_id: UUID
    topic: str
    message_id: UUID | None
    kind: str | None = None
    permanent: bool = False
    smtp_code: int | None = None


@dataclass
class LogFacts:
    """All of it past a position, up to `position`; grows with each reading. `digests`: of each row."""

    position: int = 0
    published: list[Published] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    opened: dict[UUID, float] = field(default_factory=dict)
    digests: dict[int, bytes] = field(default_factory=dict)

    def take(self, position: int, stored: StoredEvent, mapper: EventMapper) -> None:
        """One more row."""
        self.position = position
        self.digests[position] = digest_of(stored)
        if stored.topic == MessagePublished.TOPIC:
            self.published.append(_published(position, mapper.to_domain_event(stored)))
            return
        state: dict[str, Any] = json.loads(stored.state)
        if stored.topic == "access.recorded":
            self.accesses.append(_access(position, state))
        elif stored.topic.startswith("notification."):
            self.told.append(_told(position, stored, state))
        elif stored.topic == "message.opened":
            self.opened[_uuid(stored.originator_id)] = _seconds(state)


def rows_after(url: str, position: int) -> Iterator[tuple[int, StoredEvent]]:
    """Every row past this position, in order, as it lies in the table."""
    query = (
        "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events"
        " WHERE notification_id > %s ORDER BY notification_id"
    )
    with psycopg.connect(url) as connection, connection.cursor("facts") as cursor:
        for row in cursor.execute(query, (position,)):
            yield row[0], StoredEvent(row[1], row[2], row[3], bytes(row[4]))


def digest_of(stored: StoredEvent) -> bytes:
    """What must never change about a row."""
    head = f"{stored.originator_id}/{stored.originator_version}/{stored.topic}/".encode()
    return hashlib.sha256(head + stored.state).digest()


def _published(position: int, event: Any) -> Published:
    subject = readable(event.subject) or {}
    attachment = event.attachments[0].id if event.attachments else None
    return Published(
        position, event.originator_id, event.mailbox_id, event.party_id, subject.get("en", ""), attachment
    )


def _access(position: int, state: dict[str, Any]) -> Access:
    by = state["access"]
    return Access(
        position,
        _seconds(state),
        UUID(state["mailbox_id"]),
        state["what"],
        _optional(state["publication_id"]),
        _optional(state["attachment_id"]),
        by["site"],
        UUID(by["actor_party"]),
        by["token_sha256"],
        UUID(by["request_id"]),
    )


def _told(position: int, stored: StoredEvent, state: dict[str, Any]) -> Told:
    return Told(
        position,
        _seconds(state),
        _uuid(stored.originator_id),
        stored.topic.removeprefix("notification."),
        _optional(state.get("message_id")),
        state.get("kind"),
        state.get("permanent", False),
        state.get("smtp_code"),
    )


def _seconds(state: dict[str, Any]) -> float:
    return datetime.fromisoformat(state["timestamp"]).timestamp()


def _optional(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
