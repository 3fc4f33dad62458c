"""Access records leave the access history after ten full calendar years.

The horizon is an event, and every read model that follows the log, today's or a rebuilt one, lets the same
rows leave at it. It moves in steps that each let a bounded number of rows leave: the runner takes in what
else happens between them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from domain.clock import Clock
from domain.errors import Unavailable
from domain.retention import Horizon, horizon_at
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from projections import access_history, access_history_retention
from projections.access_history_retention import Leaving
from projections.database import ReadDatabase
from projections.positions import ReadPositions

STEP_ROWS: Final = 10_000
FOLLOW_SECONDS: Final = 60.0


class AccessRetention:
    """Moves the horizon to where it is to be by now.

    `second_clock` is another machine's, where there is one: of the two, the earlier moment counts.
    """

    def __init__(
        self,
        *,
        events: EventStore,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
        second_clock: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        self._events = events
        self._database = database
        self._positions = positions
        self._clock = clock
        self._second_clock = second_clock

    async def due(self) -> Leaving:
        """What is to leave."""
        return await self._database.run(access_history_retention.leaving, await self._until())

    async def run(self) -> AsyncIterator[Leaving]:
        """Let leave what is due, step by step, telling what each let leave. May be broken off and run again.

        Raises `Unavailable`, also where the read models do not follow the log; the steps until then are on
        record, and are taken once the read models follow again.
        """
        until = await self._until()
        run = self._database.run
        while before := await run(access_history_retention.next_step, until, STEP_ROWS):
            left = await run(access_history_retention.leaving, before)
            step = Horizon.move(before, self._clock.now())
            with suppress(VersionConflict):  # an earlier run, or one beside this, put the very same on record
                await self._events.append(*step.new_facts())
            head = await self._events.latest_position()
            if await self._positions.wait_for(access_history.MODEL.name, head, FOLLOW_SECONDS) < head:
                raise Unavailable("the access history does not follow the log", retry_after=60)
            yield left

    async def horizon(self) -> datetime | None:
        """Where the access history begins; None: nothing has left it."""
        return await self._database.run(access_history_retention.horizon)

    async def _until(self) -> datetime:
        now = self._clock.now()
        return horizon_at(min(now, await self._second_clock() or now))
