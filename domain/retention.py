"""How long it stays on show who accessed what: ten full calendar years.

An access on any day of 2026 is kept to the end of 2036. Years begin in Europe/Brussels.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from domain.aggregate import AggregateRoot
from domain.clock import BRUSSELS
from domain.events.retention import HorizonMoved
from domain.ids import horizon_id

YEARS_KEPT: Final = 10


def horizon_at(now: datetime) -> datetime:
    """Access records of before that moment need not be kept any more."""
    year = now.astimezone(BRUSSELS).year - YEARS_KEPT
    return datetime(year, 1, 1, tzinfo=BRUSSELS).astimezone(UTC)


class Horizon(AggregateRoot):
    """One step of the access history's beginning. Two who make the same step meet in its stream."""

    TOPIC = "retention"

    @classmethod
    def move(cls, before: datetime, at: datetime) -> Horizon:
        """Let the access history begin at that moment."""
        return cls.begin(HorizonMoved, horizon_id(before), at, before=before)
