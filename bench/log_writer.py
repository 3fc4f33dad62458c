"""Writes to an installation's event store, as API processes do: `python -m bench.log_writer`.

Reads `{"events", "rate", "seconds"}` as JSON on standard input. Without a rate it appends `events` events as
fast as it can. With one it appends so many a second, evenly, and waits for each to be visible, through the
same `ReadPositions` that API processes wait with. Prints
`{"appended", "commitToVisible", "submitToVisible"}`, latencies in ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import uvloop

from bench.lives import decisions
from bench.publications import national_numbers
from bootstrap.system import System
from domain.events import Event
from domain.identifiers import Ssin
from projections import access_history
from settings import Settings

_MAILBOXES = 64
_AT_ONCE = 500
_TICK_SECONDS = 0.002
_VISIBLE_SECONDS = 10.0


@dataclass(slots=True)
class _Writer:
    system: System
    commit_to_visible: list[float] = field(default_factory=list)
    submit_to_visible: list[float] = field(default_factory=list)
    appended: int = 0

    async def write_backlog(self, count: int) -> None:
        """Append at least so many events."""
        limit = asyncio.Semaphore(_AT_ONCE)

        async def append(decision: list[Event]) -> None:
            async with limit:
                await self.system.events.append(*decision)

        async with asyncio.TaskGroup() as tasks:
            for decision in self._decisions():
                await limit.acquire()
                limit.release()
                tasks.create_task(append(decision))
                self.appended += len(decision)
                if self.appended >= count:
                    break

    async def write_steadily(self, rate: float, seconds: float) -> None:
        """Append `rate` events a second, evenly."""
        source = (event for decision in self._decisions() for event in decision)
        events = list(islice(source, int(rate * seconds)))
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            while self.appended < len(events):
                due = min(len(events), int((time.perf_counter() - began) * rate))
                for event in events[self.appended : due]:
                    tasks.create_task(self._append_and_wait(event))
                self.appended = max(self.appended, due)
                await asyncio.sleep(_TICK_SECONDS)

    async def _append_and_wait(self, event: Event) -> None:
        submitted = time.perf_counter()
        position = await self.system.events.append(event)
        committed = time.perf_counter()
        model = access_history.MODEL.name
        reached = await self.system.positions.wait_for(model, position, within=_VISIBLE_SECONDS)
        visible = time.perf_counter()
        if reached < position:
            raise TimeoutError(f"an event was not visible within {_VISIBLE_SECONDS:g} s")
        self.commit_to_visible.append(1000 * (visible - committed))
        self.submit_to_visible.append(1000 * (visible - submitted))

    def _decisions(self) -> Any:
        parties = self.system.key_store.parties
        found = [parties.find_or_create(Ssin(number)) for number in national_numbers(_MAILBOXES)]
        owners = [(party.party_id, party.mailbox_id or uuid4()) for party in found]
        return decisions(owners, datetime.now(UTC))


async def _write(settings: dict[str, Any]) -> None:
    system = System(Settings())
    writer = _Writer(system)
    try:
        if settings["rate"] is None:
            await writer.write_backlog(settings["events"])
        else:
            await writer.write_steadily(settings["rate"], settings["seconds"])
    finally:
        await system.aclose()
    print(
        json.dumps(
            {
                "appended": writer.appended,
                "commitToVisible": writer.commit_to_visible,
                "submitToVisible": writer.submit_to_visible,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(_write(json.load(sys.stdin)))
