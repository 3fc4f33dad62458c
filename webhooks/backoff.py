"""When an event is tried again: exponential backoff with full jitter, up to 24 hours after the first."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """The wait is drawn evenly between nothing and a ceiling that doubles from `first` to `longest`.

    Full jitter: what failed together comes back spread over the whole wait. A receiver's `Retry-After` is
    the least wait, up to `longest`. The last attempt is at the deadline, `give_up_after` the first one.
    `attempts` bounds a run of short draws.
    """

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=2)
    give_up_after: timedelta = timedelta(hours=24)
    attempts: int = 200
    draws: random.Random = field(default_factory=random.SystemRandom)

    def wait_after(
        self, attempt: int, since_first: timedelta, retry_after: timedelta | None = None
    ) -> timedelta | None:
        """How long to wait after failed attempt number `attempt`; None: give up."""
        left = self.give_up_after - since_first
        if left <= timedelta() or attempt >= self.attempts:
            return None
        ceiling = min(self.first * 2 ** min(attempt - 1, 20), self.longest)
        wait: timedelta = ceiling * self.draws.random()
        if retry_after is not None:
            wait = max(wait, min(retry_after, self.longest))
        return min(wait, left)
