"""A document on its way to a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

STALLED_SECONDS: Final = 60.0
"""A reader who takes not a byte for so long has gone, whatever the connection says."""


class Download(StreamingResponse):
    """Sent as it is decrypted, and given up as soon as nobody takes it any more."""

    def __init__(self, stream: AsyncGenerator[bytes], *, headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(stream, headers=headers, media_type=media_type)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, or until the reader has gone."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, patiently)
        finally:
            await self._stream.aclose()
