"""Fills mailboxes that exist already, straight into the event store: `python -m bench.mailbox_writer`.

Reads `{"<national number>": <messages>}` as JSON on standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop

from bench.failure import BenchmarkFailed
from bench.mailboxes import decisions
from bootstrap.system import System
from domain.events import Event
from domain.identifiers import Ssin
from settings import Settings

_AT_ONCE = 200


async def _fill(wanted: dict[str, int]) -> None:
    system = System(Settings())
    limit = asyncio.Semaphore(_AT_ONCE)

    async def append(decision: list[Event]) -> None:
        async with limit:
            await system.events.append(*decision)

    try:
        for number, count in wanted.items():
            party = system.key_store.parties.find_or_create(Ssin(number))
            if party.mailbox_id is None:
                raise BenchmarkFailed("a mailbox that is to be filled does not exist")
            async with asyncio.TaskGroup() as tasks:
                for decision in decisions(party.party_id, party.mailbox_id, count):
                    await limit.acquire()
                    limit.release()
                    tasks.create_task(append(decision))
    finally:
        await system.aclose()


if __name__ == "__main__":
    uvloop.run(_fill(json.load(sys.stdin)))
