"""The pause that all senders of a process make while the relay does not serve us."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=2)


class RelayPause:
    """Grows from `first` to `longest` with each round that finds the relay unavailable; ends when it answers.

    While it lasts no mail is claimed, so that an outage costs no mail an attempt. After it one mail goes
    first.
    """

    def __init__(self, first: timedelta = FIRST, longest: timedelta = LONGEST) -> None:
        self._first = first
        self._longest = longest
        self._failures = 0
        self._until: datetime | None = None

    @property
    def is_doubtful(self) -> bool:
        """The relay did not answer when it was last tried."""
        return self._failures > 0

    def left(self, now: datetime) -> timedelta:
        """How much longer to wait; zero when there is no pause."""
        return max(self._until - now, timedelta()) if self._until is not None else timedelta()

    def unavailable(self, now: datetime) -> None:
        """The relay did not serve us. Mails that were on their way when the pause began do not prolong it."""
        if self.left(now):
            return
        pause = min(self._first * 2 ** min(self._failures, 20), self._longest)
        self._until = now + pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
        self._failures += 1

    def answered(self) -> None:
        """The relay talks to us."""
        self._failures = 0
        self._until = None
