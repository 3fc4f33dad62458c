"""eBox with its audit log at work, and a clock that tests can set forward."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audit.leaf import CLOSED_DAY
from tests.integration.api.embedded import Embedded, embedded_ebox
from tests.waiting import until


class MovableClock:
    """The machine's clock, and so much more."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The present moment, as set forward."""
        return datetime.now(UTC) + self.ahead


class Logged:
    """eBox, its clock, and whether its audit log has caught up."""

    def __init__(self, ebox: Embedded, clock: MovableClock) -> None:
        self.ebox = ebox
        self.clock = clock

    def covered(self) -> bool:
        """Whether a checkpoint has every event of the event store."""
        last = self.ebox.system.leaf_rows.last()
        note = self.ebox.system.published_log.checkpoint()
        if last is None or note is None or last.position < self.ebox.system.events.max_position():
            return False
        return self.ebox.system.proven_log.snapshot().covers(last)

    async def caught_up(self) -> None:
        """Return once read models and the audit log have everything."""
        await self.ebox.caught_up()
        await until(self.covered, within=20)

    async def close_day(self) -> None:
        """A day passes, and the audit log closes it."""
        self.clock.ahead += timedelta(days=1)
        await until(lambda: CLOSED_DAY in self.ebox.topics_since(0), within=20)
        await self.ebox.log_in()
        await self.caught_up()


@asynccontextmanager
async def audit_log_of(ebox: Embedded) -> AsyncIterator[None]:
    """The role that makes the audit log, at work; it has everything that is there."""
    running = asyncio.create_task(asyncio.to_thread(ebox.system.sequencer.run))
    try:
        await until(lambda: running.done() or Logged(ebox, MovableClock()).covered(), within=20)
        yield
    finally:
        ebox.system.sequencer.stop()
        await asyncio.wait_for(running, 20)


@asynccontextmanager
async def logged_ebox(folder: Path) -> AsyncIterator[Logged]:
    """eBox in this folder, with the role that makes the audit log."""
    clock = MovableClock()
    async with embedded_ebox(folder, clock) as ebox, audit_log_of(ebox):
        yield Logged(ebox, clock)
