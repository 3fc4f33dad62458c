"""A row that is taken out, whichever way it came: from a running eBox, or from the published log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from audit.leaf import Entry


class Basis(msgspec.Struct, rename="camel", gc=False):
    """Why an access was allowed."""

    kind: str
    id: UUID
    version: int


class WhoActed(msgspec.Struct, rename="camel", gc=False):
    """Who acted; `identity` is None where its owner has been erased."""

    party_id: UUID
    kind: str | None
    is_erased: bool
    identity: str | None = None


class Leaf(msgspec.Struct, rename="camel", gc=False):
    """Where the audit log has the event; `subject` is the pseudonym of whose history it is."""

    index: int
    subject: str
    sequence: int


class Row(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """One event. Of a published log's leaf it has what a leaf says: kind, time, pseudonym, place."""

    position: int
    event_id: UUID
    at: datetime
    kind: str
    mailbox_id: UUID | None = None
    message_id: UUID | None = None
    attachment_id: UUID | None = None
    access_id: UUID | None = None
    what: str | None = None
    actor: WhoActed | None = None
    site: str | None = None
    sender_organization_id: str | None = None
    digital_key: str | None = None
    assurance_level: str | None = None
    basis: Basis | None = None
    detail: dict[str, Any] | None = None
    leaf: Leaf | None = None


_decoder = msgspec.json.Decoder(Row)


def row_of_line(line: str | bytes) -> Row:
    """The row of a line of `GET /audit/export`. Raises `msgspec.DecodeError`."""
    return _decoder.decode(line)


def row_of_leaf(index: int, entry: Entry) -> Row:
    """The row of a leaf of a published log. Raises ValueError where its event's id or time is none."""
    return Row(
        position=entry.position,
        event_id=UUID(entry.event),
        at=datetime.fromisoformat(entry.time),
        kind=entry.kind,
        detail=entry.facts,
        leaf=Leaf(index, entry.subject, entry.sequence),
    )
