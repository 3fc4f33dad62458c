"""Where time comes from: one reading per command, handed in, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
"""Validity periods end at the end of the day here, wherever the server stands."""


class Clock(Protocol):
    """A source of the present moment."""

    def now(self) -> datetime:
        """The present moment, in UTC, with microseconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, in UTC, with microseconds."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told to move. For tests and for replays."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the hands forward by `by`."""
        self._at += by


def end_of_day_in_brussels(day: date) -> datetime:
    """The last microsecond of `day` in Europe/Brussels, in UTC."""
    return datetime.combine(day, time.max, tzinfo=BRUSSELS).astimezone(UTC)
