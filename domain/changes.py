"""How often an owner may change the same thing: more often than anybody needs, and not without end.

Every change is a fact in a stream that each reader of the thing loads.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from domain.errors import LimitReached

CHANGES: Final = 100
PERIOD: Final = timedelta(days=1)


class ChangesADay:
    """Counts the changes of one aggregate; the counting is rebuilt from its events."""

    def __init__(self) -> None:
        self._at: deque[datetime] = deque(maxlen=CHANGES)

    def happened(self, at: datetime) -> None:
        """A change is on record."""
        self._at.append(at)

    def count(self, at: datetime) -> None:
        """Raise `LimitReached` where another change at that moment would be one too many."""
        if len(self._at) < CHANGES:
            return
        free_at = self._at[0] + PERIOD
        if at < free_at:
            seconds = int((free_at - at).total_seconds()) + 1
            raise LimitReached(f"at most {CHANGES} changes a day", seconds)
