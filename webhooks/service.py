"""The role in a process: the filler in a thread, the sender in the event loop."""

from __future__ import annotations

import asyncio

from webhooks.filler import Filler
from webhooks.sender import Sender


class WebhookService:
    """Runs both halves until stopped, or until one of them meets what trying again cannot mend."""

    def __init__(self, filler: Filler, sender: Sender) -> None:
        self._filler = filler
        self._sender = sender

    async def run(self) -> None:
        """Fill and send. Raises what ended either half; the other one is stopped first."""
        halves = [
            asyncio.create_task(asyncio.to_thread(self._filler.run)),
            asyncio.create_task(self._sender.run()),
        ]
        try:
            await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.stop()
            results = await asyncio.gather(*halves, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def stop(self) -> None:
        """Let `run` return. From any thread."""
        self._filler.stop()
        self._sender.stop()
