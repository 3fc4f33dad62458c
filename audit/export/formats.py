"""The formats that an export can have: how one row becomes one line."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from audit.export.fhir import audit_event
from audit.export.ocsf import api_activity
from audit.export.rows import Row


class Format(StrEnum):
    """What each line is."""

    JSONL = "jsonl"
    FHIR = "fhir-auditevent"
    OCSF = "ocsf"


_encode: Final = msgspec.json.Encoder().encode
_WRITERS: Final[dict[Format, Callable[[Row, str], object]]] = {
    Format.FHIR: audit_event,
    Format.OCSF: api_activity,
}


def line_of(export_format: Format, row: Row, raw: bytes, source: str) -> bytes:
    """The line, without its end. As JSON Lines a row stays what it was, `raw`, to the byte."""
    writer = _WRITERS.get(export_format)
    return raw if writer is None else _encode(writer(row, source))
