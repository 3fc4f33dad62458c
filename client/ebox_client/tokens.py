"""Where access tokens come from. Bring your own source, or take `ebox_client.private_key_jwt`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

_SHARE_OF_LIFE: Final = 0.8
"""How much of its life a token is used: a slow request must not arrive with an expired one."""


class TokenSource(Protocol):
    """Gives bearer tokens (RFC 6750)."""

    async def token(self, refused: str | None = None) -> str:
        """A token that is good now, and is another one than `refused`."""
        ...


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A token that somebody else obtained and looks after. Implements `TokenSource`."""

    value: str = field(repr=False)

    async def token(self, refused: str | None = None) -> str:
        """That token, whatever became of it."""
        return self.value


class CachedTokens:
    """Uses a token again for most of its life. Implements `TokenSource`; any number of tasks may share one.

    `fetch` gives a new token and its lifetime in seconds (`access_token` and `expires_in` of RFC 6749 §5.1).
    """

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._value: str | None = None
        self._good_until = 0.0

    async def token(self, refused: str | None = None) -> str:
        """A token that is good now; a new one where it is as old as that, or is `refused`."""
        async with self._lock:
            if self._value is None or self._value == refused or time.monotonic() >= self._good_until:
                asked = time.monotonic()
                self._value, lifetime = await self._fetch()
                self._good_until = asked + lifetime * _SHARE_OF_LIFE
            return self._value
