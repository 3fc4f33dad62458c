"""An erasure that is killed, again and again: `python -m … <settings as JSON> <erasure> <step>:<how far> …`.

Each of the processes that die is forked from one that has imported everything.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from uuid import UUID

from bootstrap.erasing import ErasingParts
from bootstrap.system import System
from settings import Settings


class Dying:
    """Dies in a step: at its beginning (0), or once something of it is done (1). Implements `Progress`."""

    def __init__(self, step: str, after: str) -> None:
        self._wanted = (step, after)
        self._now = ""

    def begin(self, step: str, total: int) -> None:
        """A step begins."""
        self._now = step
        self._die_at("0")

    def advance(self, count: int) -> None:
        """Something more is done of it."""
        self._die_at("1")

    def _die_at(self, after: str) -> None:
        if (self._now, after) == self._wanted:
            os.kill(os.getpid(), signal.SIGKILL)


async def erase_and_die(settings: Settings, erasure_id: UUID, where: str) -> None:
    """Begin, and die there."""
    step, _, after = where.rpartition(":")
    parts = ErasingParts(System(settings), settling_seconds=0.0)
    await parts.running.run(erasure_id, Dying(step, after))


def main(settings: str, erasure: str, *places: str) -> None:
    """One process after the other; fails where one of them does not die."""
    for where in places:
        child = os.fork()
        if child == 0:
            asyncio.run(erase_and_die(Settings.model_validate_json(settings), UUID(erasure), where))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            sys.exit(f"it was not killed at {where}")


if __name__ == "__main__":
    main(*sys.argv[1:])
