"""Blocking calls beside an event loop: a bounded number of threads, and a bound on those who wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class TooManyWaiting(Exception):
    """No thread will come free soon enough; nothing was begun."""


class TookTooLong(Exception):
    """The call did not end in time; it may still be running, and its outcome is unknown."""


class BoundedThreads:
    """A pool of `threads`; at most `waiting` further calls queue for one. Times in seconds."""

    def __init__(self, name: str, threads: int, *, waiting: int, seconds: float) -> None:
        self._name = name
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._limit = threads + waiting
        self._under_way = 0
        self._seconds = seconds

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The call's result. Raises `TooManyWaiting`, `TookTooLong` and whatever the call raises.

        A call counts as under way until it ends, also when nobody waits for it any more: a hanging dependency
        fills the pool once, and then refuses.
        """
        if self._under_way >= self._limit:
            raise TooManyWaiting(self._name)
        self._under_way += 1
        running = asyncio.get_running_loop().run_in_executor(self._executor, lambda: call(*args, **kwargs))
        running.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(running)
        except TimeoutError:
            if running.done() and not running.cancelled():
                raise  # the call's own
            raise TookTooLong(self._name) from None

    def close(self) -> None:
        """Wait for what is under way; drop what has not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _ended(self, running: asyncio.Future[T]) -> None:
        self._under_way -= 1
        if not running.cancelled():
            running.exception()  # looked at, so that an abandoned call's failure is not reported as forgotten
