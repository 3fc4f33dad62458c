"""Refusing a request before its body was read, so that the client gets to see why.

Closing at once makes the client's next write fail, and many clients then never look at the answer. So the
answer is sent, what still arrives is thrown away for a moment, within bounds, and only then the connection
is closed.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

LINGER_SECONDS = 1.0
LINGER_BYTES = 4 * 1024 * 1024


class LingeringResponse(Response):
    """A response that ends the connection, politely (what RFC 9112 §9.6 asks of a server that closes)."""

    def __init__(self, content: Any = None, **options: Any) -> None:
        super().__init__(content, **options)
        self.headers["Connection"] = "close"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, throw away what still comes, close."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await _discard(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _discard(receive: Receive) -> None:
    left = LINGER_BYTES
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return
