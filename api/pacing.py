"""A request's body as it arrives, from a client that has to keep a pace.

Only time spent waiting for the client counts, never our own slowness.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import Receive

from api.problem_types import PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT
from api.refusals import ClientGone, Refusal
from domain.errors import Issue


@dataclass(frozen=True, slots=True)
class Pace:
    """How slow a client may be: silent so long, and so many bytes a second over each window."""

    idle_seconds: float = 30.0
    window_seconds: float = 60.0
    bytes_per_second: int = 1024


class PacedBody:
    """The chunks of a body of at most `max_bytes`; `is_finished` once the client has sent the last."""

    def __init__(self, receive: Receive, pace: Pace, max_bytes: int) -> None:
        self._receive = receive
        self._pace = pace
        self._max_bytes = max_bytes
        self._bytes_left = max_bytes
        self._silence = 0.0
        self._window = 0.0
        self._window_bytes = 0
        self.is_finished = False

    def expect(self, content_length: str | None) -> None:
        """Refuse a length announced beyond the limit, before a byte is read. Raises `Refusal` (413)."""
        announced = int(content_length[:18]) if content_length and content_length.isdecimal() else 0
        if announced > self._max_bytes:
            raise self._too_large()

    async def next_chunk(self) -> bytes:
        """What comes next, maybe nothing. Raises `Refusal` (408, 413), `ClientGone`."""
        chunk = await self._receive_chunk()
        self._bytes_left -= len(chunk)
        if self._bytes_left < 0:
            raise self._too_large()
        if not self.is_finished:
            self._keep_pace()
        return chunk

    async def _receive_chunk(self) -> bytes:
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(max(0.0, self._pace.idle_seconds - self._silence)):
                message = await self._receive()
        except TimeoutError:
            raise _too_slow(f"Not a byte came for {self._pace.idle_seconds:g} s.") from None
        if message["type"] == "http.disconnect":
            self.is_finished = True
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        waited = now() - began
        self._silence = 0.0 if chunk else self._silence + waited
        self._window += waited
        self._window_bytes += len(chunk)
        self.is_finished = not message.get("more_body", False)
        return chunk

    def _too_large(self) -> Refusal:
        detail = f"A request is at most {self._max_bytes} bytes."
        return Refusal(PAYLOAD_TOO_LARGE, detail, Issue("body", "tooLarge", detail))

    def _keep_pace(self) -> None:
        if self._window < self._pace.window_seconds:
            return
        if self._window_bytes < self._window * self._pace.bytes_per_second:
            raise _too_slow(f"Fewer than {self._pace.bytes_per_second} bytes a second came.")
        self._window, self._window_bytes = 0.0, 0


def _too_slow(detail: str) -> Refusal:
    return Refusal(REQUEST_TIMEOUT, detail)
