"""Repeating what may succeed later: a bounded number of times, at random moments, not before it is asked for.

Every request that changes something carries an Idempotency-Key, so that a repeat of one whose answer got lost
does nothing twice.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from ebox_client.errors import Problem, Unavailable, problem_in

REPEATABLE: Final = frozenset({408, 429, 502, 503, 504})
"""Statuses that say "not now". 502 and 504 are a proxy's words for no answer."""

_OUR_OWN_MISTAKES: Final = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently. Times are in seconds."""

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def wait_after(self, attempt: int, retry_after: float | None = None) -> float:
        """How long to wait after that attempt (from 1): at most twice as long as after the one before.

        `retry_after`, what the server asked for, comes on top, as far as `longest_wait` goes.
        """
        spread = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        asked = min(retry_after or 0.0, self.longest_wait)
        return asked + random.uniform(0, spread)  # noqa: S311 - spreads load, guards nothing


async def repeated(
    attempt_once: Callable[[], Awaitable[httpx.Response]], retries: Retries, key: str
) -> httpx.Response:
    """The first answer that is not "not now". Raises `Unavailable` once the attempts are used up."""
    problem: Problem | None = None
    for attempt in range(1, retries.attempts + 1):
        retry_after = None
        try:
            response = await attempt_once()
        except _OUR_OWN_MISTAKES:
            raise
        except httpx.TransportError:
            problem = None
        else:
            if response.status_code not in REPEATABLE:
                return response
            problem = problem_in(response)
            retry_after = _seconds(response.headers.get("retry-after"))
        if attempt < retries.attempts:
            await asyncio.sleep(retries.wait_after(attempt, retry_after))
    raise Unavailable(key, problem)


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` (RFC 9110 §10.2.3): seconds, or a date. None where it is neither."""
    if retry_after is None:
        return None
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": a time in UTC that says nothing about a place (RFC 5322 §3.3)
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
