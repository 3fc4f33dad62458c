"""How long a mail waits before it is tried again, and when it is given up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits double from `first` to `longest`, each shortened by a random part of up to a half.

    The random part keeps mails that failed together from coming back together. RFC 5321 §4.5.4.1 wants at
    least four to five days of trying from a mail server; we hand over to a relay that does so itself, and
    news older than `give_up_after` is not worth telling. But age alone says nothing where the relay was away
    all that time, which costs no attempt: each mail has `at_least` so many. With the values given here a mail
    is tried at most 45 times, so that its stream stays short; `attempts` also bounds one that never comes to
    an outcome.
    """

    first: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(hours=4)
    give_up_after: timedelta = timedelta(days=3)
    attempts: int = 45
    at_least: int = 5

    def wait_after(self, attempt: int, age: timedelta) -> timedelta | None:
        """How long to wait after failed attempt `attempt` of a mail queued `age` ago; None: give up."""
        is_old = age >= self.give_up_after and attempt >= self.at_least
        if is_old or attempt >= self.attempts:
            return None
        doublings = min(attempt - 1, 20)
        wait: timedelta = min(self.first * 2**doublings, self.longest)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, hides nothing
