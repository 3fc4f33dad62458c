"""Refusing a request before its body was read, so that the client gets to see why.

Closing at once makes the client's next write fail, and many clients then never look at the answer. So the
answer is sent, what still arrives is thrown away for a moment, within bounds, and only then the connection
is closed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

SILENCE_SECONDS = 0.5
LINGER_SECONDS = 5.0
LINGER_BYTES = 64 * 1024 * 1024


class LingeringResponse(Response):
    """A response with `Connection: close` that closes politely, as RFC 9112 §9.6 asks."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, throw away what still comes, close."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await _discard(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    left = LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                async with asyncio.timeout(SILENCE_SECONDS):
                    message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
