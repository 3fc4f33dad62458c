"""Where a next page continues, as callers hand it back: a position in the log, eight bytes in base64url."""

from __future__ import annotations

import base64
import binascii

from api.parameters import MAX_POSITION
from domain.errors import InvalidInput, Issue

MAX_CHARACTERS = 20

_BYTES = 8


def cursor_of(position: int) -> str:
    """The cursor that stands for a position."""
    return base64.urlsafe_b64encode(position.to_bytes(_BYTES, "big")).decode().rstrip("=")


def position_of(cursor: str | None) -> int | None:
    """The position that a cursor stands for. Raises `InvalidInput` for what was never handed out."""
    if cursor is None:
        return None
    try:
        packed = base64.b64decode(cursor + "=", b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    position = int.from_bytes(packed, "big")
    if len(packed) != _BYTES or position > MAX_POSITION:
        raise InvalidInput(Issue("cursor", "schemaViolation", "take it from an answer's nextCursor", "query"))
    return position
