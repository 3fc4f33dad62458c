"""The notifier's role in a process: the filler in a thread; the sender, and who receives what comes back, in
the event loop.
"""

from __future__ import annotations

import asyncio
from threading import Thread

from notifier.filler import Filler
from notifier.listener import BounceListener
from notifier.sender import Sender


class Notifier:
    """Runs both halves until stopped, or until one of them meets what trying again cannot mend."""

    def __init__(self, filler: Filler, sender: Sender, listener: BounceListener | None = None) -> None:
        self._filler = filler
        self._sender = sender
        self._listener = listener

    async def run(self) -> None:
        """Fill, send and listen. Returns after `stop()`: within seconds when the relay answers, and when it
        does not soon after the sender's `finish_seconds`.

        Raises `CannotListen`, or what ended either half; the other one is stopped first.
        """
        if self._listener is None:
            await self._fill_and_send()
            return
        await self._listener.start()
        try:
            await self._fill_and_send()
        finally:
            await self._listener.stop()

    async def _fill_and_send(self) -> None:
        loop = asyncio.get_running_loop()
        filled: asyncio.Future[None] = loop.create_future()
        thread = Thread(target=self._fill, args=(loop, filled), name="outbox-filler", daemon=True)
        thread.start()
        sending = asyncio.create_task(self._sender.run())
        try:
            await asyncio.wait({filled, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.stop()
            results = await asyncio.gather(filled, sending, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    @property
    def is_pausing(self) -> bool:
        """The relay did not serve us when it was last tried: mails wait."""
        return self._sender.is_pausing

    def stop(self) -> None:
        """Let `run` return. From any thread."""
        self._filler.stop()
        self._sender.stop()

    def _fill(self, loop: asyncio.AbstractEventLoop, filled: asyncio.Future[None]) -> None:
        trouble: BaseException | None = None
        try:
            self._filler.run()
        except BaseException as error:  # noqa: BLE001 - raised again in the event loop, by `run`
            trouble = error
        loop.call_soon_threadsafe(_complete, filled, trouble)


def _complete(future: asyncio.Future[None], trouble: BaseException | None) -> None:
    if future.done():
        return
    if trouble is None:
        future.set_result(None)
    else:
        future.set_exception(trouble)
