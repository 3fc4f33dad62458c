"""How fast read models follow the log, and what a page of the inbox costs its caller.

Each function measures once, on an event store and read models that it is given.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from statistics import quantiles
from threading import Thread
from time import monotonic, process_time
from uuid import UUID

from bench.failure import BenchmarkFailed
from bench.lives import EVENTS_A_MESSAGE, Lives
from domain.events import Event
from eventstore.store import EventStore
from projections import inbox
from projections.database import ReadDatabase
from projections.positions import ReadPositions
from projections.runner import Runner

_APPEND_EVENTS = 300
_DEADLINE_SECONDS = 300.0
_MODEL = inbox.MODEL.name


def fill(store: EventStore, lives: Lives, messages: int) -> int:
    """Append the mailboxes and so many messages with what follows them; returns how many events that is."""
    decisions = chain(lives.begin(), *(lives.message() for _ in range(messages)))
    events: Iterator[Event] = chain.from_iterable(decisions)
    count = 0
    while batch := list(islice(events, _APPEND_EVENTS)):
        store.append_now(*batch)
        count += len(batch)
    return count


async def backlog(store: EventStore, database: ReadDatabase, events: int) -> float:
    """Events a second that a runner takes in which finds them all there. The read models must be empty."""
    with _positions(database) as positions:
        started = monotonic()
        with _runner(store, database):
            await _reached(positions, store.max_position())
            return events / (monotonic() - started)


async def commit_to_visible(
    store: EventStore, database: ReadDatabase, lives: Lives, *, rate: float, seconds: float
) -> list[float]:
    """Percentiles 1 to 99, in seconds, from an event's commit to the moment a reader knows it is visible.

    Events come at `rate` a second, a message with all that follows it at a time. A runner is running already,
    in a process of its own.
    """
    delays: list[float] = []
    with _positions(database) as positions:
        await _reached(positions, store.max_position())

        async def happen(decision: list[Event]) -> None:
            position = await store.append(*decision)
            committed = monotonic()
            if await positions.wait_for(_MODEL, position, within=10.0) < position:
                raise BenchmarkFailed("an event was not visible after ten seconds")
            delays.append(monotonic() - committed)

        started = monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(rate * seconds / EVENTS_A_MESSAGE)):
                due = started + number * EVENTS_A_MESSAGE / rate
                await asyncio.sleep(max(0.0, due - monotonic()))
                for decision in lives.message():
                    tasks.create_task(happen(decision))
    return quantiles(delays, n=100)


async def inbox_pages(database: ReadDatabase, mailbox_id: UUID, pages: int) -> tuple[float, float]:
    """Seconds, and seconds of this process's processor, that a page of 25 takes with 16 readers at once."""
    now = datetime.now(UTC)

    async def read() -> None:
        for _ in range(pages // 16):
            found = await database.run(
                inbox.page, mailbox_id, page=1, page_size=25, read_status=None, now=now
            )
            if len(found.items) != 25:
                raise BenchmarkFailed("the page is not full")

    started, computed = monotonic(), process_time()
    await asyncio.gather(*(read() for _ in range(16)))
    count = pages // 16 * 16
    return (monotonic() - started) / count, (process_time() - computed) / count


async def _reached(positions: ReadPositions, position: int) -> None:
    if await positions.wait_for(_MODEL, position, within=_DEADLINE_SECONDS) < position:
        raise BenchmarkFailed("the read models never got there")


@contextmanager
def _positions(database: ReadDatabase) -> Iterator[ReadPositions]:
    positions = ReadPositions(database)
    positions.start()
    try:
        yield positions
    finally:
        positions.stop()


@contextmanager
def _runner(store: EventStore, database: ReadDatabase) -> Iterator[None]:
    runner = Runner(store.follow, database)
    thread = Thread(target=runner.run, name="runner")
    thread.start()
    try:
        yield
    finally:
        runner.stop()
        thread.join(_DEADLINE_SECONDS)
