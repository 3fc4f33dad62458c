"""Sends a document as it is decrypted, and gives it up as soon as nobody takes it any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

STALLED_SECONDS = 60.0
"""A reader who takes not a byte for so long has gone, whatever the connection says."""


class DocumentResponse(Response):
    """A streamed response of known length, with the source closed whatever the end."""

    def __init__(
        self,
        stream: AsyncIterator[bytes],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> None:
        self.stream = stream
        self.status_code = status_code
        self.media_type = media_type
        self.background = None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, or until the client has gone."""
        gone = asyncio.ensure_future(_disconnect(receive))
        try:
            await _patiently(
                send,
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers},
            )
            async for chunk in self.stream:
                await _patiently(send, {"type": "http.response.body", "body": chunk, "more_body": True})
                if gone.done():
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            close = getattr(self.stream, "aclose", None)
            if close is not None:
                await close()


async def _patiently(send: Send, message: Message) -> None:
    async with asyncio.timeout(STALLED_SECONDS):
        await send(message)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
