"""Lines of an export, as `GET /audit/export` writes them: of every kind, with everything and with nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from api.schemas.audit import KINDS
from api.schemas.audit_export import export_line
from application.exporting import ExportedRow, LeafPlace
from projections.access_history import HistoryRow

AT: Final = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
MAILBOX, MESSAGE, ATTACHMENT, ACCESS, PARTY, EVENT = (
    UUID(f"01900000-0000-7000-8000-00000000000{number}") for number in range(1, 7)
)
NUMBER: Final = "81050103522"
SUBJECT: Final = "m:AAAAAAAAAAAAAAAAAAAAAA"
LEAF: Final = LeafPlace(41, SUBJECT, 7)

_BARE: Final = HistoryRow(
    position=17,
    event_id=EVENT,
    at=AT,
    kind="",
    mailbox_id=None,
    message_id=None,
    attachment_id=None,
    access_id=None,
    actor_party=None,
    actor=None,
    is_actor_erased=False,
    actor_kind=None,
    site=None,
    sender_organisation=None,
    digital_key=None,
    assurance_level=None,
    basis_kind=None,
    basis_id=None,
    basis_version=None,
    what=None,
    detail=None,
)
_FULL: Final = replace(
    _BARE,
    mailbox_id=MAILBOX,
    message_id=MESSAGE,
    attachment_id=ATTACHMENT,
    access_id=ACCESS,
    actor_party=PARTY,
    actor=NUMBER,
    actor_kind="citizen",
    site="demo-site",
    sender_organisation="0206731645",
    digital_key="itsme",
    assurance_level="high",
    basis_kind="self",
    basis_id=PARTY,
    basis_version=1,
    what="attachment",
    detail={
        "reason": "550 5.1.1",
        "attempts": 2,
        "purpose": "complaint",
        "permanent": True,
        "asked": {"message_id": str(MESSAGE)},
    },
)


def line(kind: str = "access.recorded", *, bare: bool = False, **facts: object) -> bytes:
    """One line."""
    row = replace(_BARE if bare else _FULL, kind=kind, **facts)  # type: ignore[arg-type]
    return msgspec.json.encode(export_line(ExportedRow(row, None if bare else LEAF)))


def lines() -> Iterator[tuple[str, bytes]]:
    """Of every kind one with everything, one with nothing, and one whose actor has been erased."""
    for kind in KINDS:
        yield f"{kind}, full", line(kind)
        yield f"{kind}, bare", line(kind, bare=True)
        yield f"{kind}, erased", line(kind, actor=None, is_actor_erased=True)
