"""Blocking work off the event loop, with a limit on everything: threads, those who wait, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from storage.errors import ObjectStoreBusy, ObjectStoreUnavailable

_T = TypeVar("_T")


class BoundedThreads:
    """Threads that work on the object store. Times in seconds."""

    def __init__(
        self, threads: int, *, max_waiting: int, wait_seconds: float, timeout_seconds: float
    ) -> None:
        """`wait_seconds` for a free thread, then `timeout_seconds` for the work itself."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="object-store")
        self._free = asyncio.Semaphore(threads)
        self._waiting = 0
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._timeout_seconds = timeout_seconds

    async def run(self, work: Callable[[], _T]) -> _T:
        """The outcome of `work`. Raises `ObjectStoreBusy`, `ObjectStoreUnavailable`."""
        return await self.outcome(await self.begin(work))

    async def begin(self, work: Callable[[], _T]) -> asyncio.Future[_T]:
        """Start `work` once a thread is free, which counts as busy until it ends, whoever still waits."""
        if self._waiting >= self._max_waiting:
            raise ObjectStoreBusy("too many operations wait for the object store")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise ObjectStoreBusy("no operation on the object store ended in time") from None
        finally:
            self._waiting -= 1
        # What the work logs and traces belongs to the same request.
        running = asyncio.get_running_loop().run_in_executor(self._executor, copy_context().run, work)
        running.add_done_callback(lambda _: self._free.release())
        return running

    async def outcome(self, running: asyncio.Future[_T]) -> _T:
        """Wait for what was begun. No thread can be stopped: it goes on after a timeout or cancellation."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await asyncio.shield(running)
        except TimeoutError:
            raise ObjectStoreUnavailable("the object store took too long") from None

    def begin_unawaited(self, work: Callable[[], None]) -> None:
        """Have `work` done some time; nobody waits for it, and it must not raise."""
        self._executor.submit(work)

    async def close(self) -> None:
        """Wait for all that was begun."""
        await asyncio.to_thread(self._executor.shutdown)
