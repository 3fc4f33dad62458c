"""Several roles in one event loop: the first one that ends, or a signal, ends them all."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """`run` works until `stop` is called (it may be called more than once), and then returns soon."""

    run: Callable[[], Awaitable[None]]
    stop: Callable[[], None]


class StoppedTooSlowly(Exception):
    """`late` roles did not return in time after they were told to stop."""

    def __init__(self, late: int) -> None:
        super().__init__(f"{late} roles did not end in time")
        self.late = late


async def supervise(*roles: Role, seconds: float) -> None:
    """Run them until SIGTERM, SIGINT or the end of one; then stop all, waiting at most `seconds`.

    Raises what ended a role, and `StoppedTooSlowly`.
    """
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    running = [asyncio.ensure_future(role.run()) for role in roles]
    told_to_stop = asyncio.create_task(signalled.wait())
    try:
        await asyncio.wait({*running, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told_to_stop.cancel()
        for role in roles:
            role.stop()
        ended, late = await asyncio.wait(running, timeout=seconds)
    # Each is asked, or the loop would complain of those whose error nobody looked at.
    failures = [failure for failure in [task.exception() for task in ended] if failure is not None]
    if failures:
        raise failures[0]
    if late:
        raise StoppedTooSlowly(len(late))
