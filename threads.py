"""Blocking calls beside an event loop: a bounded number of threads, and a bound on those who wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from domain.errors import Busy, Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class BoundedThreads:
    """`threads` of them for what `name` says; at most `waiting` further calls queue for one.

    A call may take `seconds`, waiting included.
    """

    def __init__(self, name: str, threads: int, *, waiting: int, seconds: float) -> None:
        self._name = name
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._limit = threads + waiting
        self._under_way = 0
        self._seconds = seconds

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The call's result. Raises `Busy`, `Unavailable` after too long, and whatever the call raises.

        A call counts as under way until it ends, also when nobody waits for it any more: what hangs fills the
        threads once, and then calls are refused at once.
        """
        if self._under_way >= self._limit:
            raise Busy(f"too many calls wait for the {self._name}")
        self._under_way += 1
        context = copy_context()  # what the call logs and traces belongs to the same request
        running = asyncio.get_running_loop().run_in_executor(
            self._executor, lambda: context.run(call, *args, **kwargs)
        )
        running.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(self._seconds) as limit:
                return await asyncio.shield(running)
        except TimeoutError:
            if not limit.expired():
                raise
            raise Unavailable(f"the {self._name} does not answer in time") from None

    def close(self) -> None:
        """Wait for what is under way; drop what has not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _ended(self, running: asyncio.Future[T]) -> None:
        self._under_way -= 1
        if not running.cancelled():
            running.exception()  # looked at: the failure of a call that was abandoned is nobody's
