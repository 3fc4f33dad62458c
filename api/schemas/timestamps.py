"""Dates with times, as RFC 3339 writes them, always with an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from domain.clock import BRUSSELS

_RFC_3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


def parse_timestamp(text: str) -> datetime:
    """The moment. Raises `ValueError` without repeating the text.

    Years are bounded so that no time zone can carry the moment out of what `datetime` can hold.
    """
    if not _RFC_3339.fullmatch(text):
        raise ValueError("must be a date with time and offset, as in RFC 3339")
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("does not exist") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment


def parse_moment(text: str) -> datetime:
    """The moment, or the first one of a date alone, in Belgium. Raises `ValueError` without the text."""
    if not _DATE.fullmatch(text):
        return parse_timestamp(text)
    return parse_timestamp(f"{text}T00:00:00Z").replace(tzinfo=BRUSSELS).astimezone(UTC)


def timestamp(moment: datetime) -> str:
    """The moment in UTC, to the microsecond where it has any: `2027-01-31T22:59:59Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
