"""The pause that a process makes with one receiver while that does not serve."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)
LONGEST_ASKED_FOR = timedelta(hours=1)


class Circuit:
    """Grows from `first` to `longest` with each round that fails; ends when the receiver answers.

    While it lasts nothing is claimed for that receiver; after it one event goes first. A `Retry-After` may
    make it longer, up to an hour.
    """

    def __init__(self, first: timedelta = FIRST, longest: timedelta = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._rounds = 0
        self._until: datetime | None = None
        self.failing_since: datetime | None = None
        """Since when nothing was answered; None where the last answer was one."""

    def room(self, now: datetime, under_way: int, at_once: int) -> int:
        """How many more may be sent now, with so many under way and at most `at_once` together."""
        if self._until is not None and now < self._until:
            return 0
        if self.failing_since is not None:
            return 0 if under_way else 1
        return max(at_once - under_way, 0)

    def failed(self, now: datetime, retry_after: timedelta | None = None) -> None:
        """It does not serve. What was under way when the pause began does not prolong it."""
        if self._until is not None and now < self._until:
            return
        pause = min(self._first * 2 ** min(self._rounds, 20), self._longest) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
        if retry_after is not None:
            pause = max(pause, min(retry_after, LONGEST_ASKED_FOR))
        self._until = now + pause
        self._rounds += 1
        self.failing_since = self.failing_since or now

    def answered(self) -> None:
        """It serves."""
        self._rounds = 0
        self._until = None
        self.failing_since = None
