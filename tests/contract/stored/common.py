"""What the samples share: moments, ids, keys and an access that fills every field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.events import Event
from domain.events.access import AccessRecord, BasisRecord

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LATER = datetime(2026, 2, 3, 0, 0, 0, 0, tzinfo=UTC)
STREAM = UUID("0190a000-0000-7000-8000-000000000001")
EVENT = UUID("0190a000-0000-7000-8000-0000000000e1")
MAILBOX = UUID("7d7d7d7d-0000-4000-8000-00000000b0c5")
PARTY = UUID("11111111-2222-4333-8444-555555555555")
ACTOR = UUID("99999999-8888-4777-8666-555555555555")
OTHER = UUID("0190a000-0000-7000-8000-0000000000aa")

PARTY_KEYS = {PARTY: bytes(range(32)), ACTOR: bytes(range(32, 64))}

ACCESS = AccessRecord(
    actor_party=ACTOR,
    actor="85073003328",
    actor_kind="citizen",
    site="portal",
    digital_key="eid",
    assurance_level="high",
    basis=BasisRecord("self", OTHER, 1),
    token_sha256="5e" * 32,
    request_id=OTHER,
)


def event(event_class: type[Event], version: int = 2, **fields: Any) -> Event:
    common: dict[str, Any] = {"originator_id": STREAM, "originator_version": version, "event_id": EVENT}
    return event_class(timestamp=AT, **common, **fields)


def first(event_class: type[Event], aggregate: str, **fields: Any) -> Event:
    return event(event_class, 1, originator_topic=aggregate, **fields)
