"""What following the log promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event as Flag
from threading import Thread, Timer
from uuid import UUID, uuid4

from eventstore.follower import Follower
from eventstore.keystore import KeyStore
from eventstore.recorder import BatchRecorder, RecordedEvent
from eventstore.store import EventStore
from tests.logbook import an_address, an_event_store, an_opening, know, raw

WITHIN = 30.0


def _read_until(follower: Follower, count: int) -> list[RecordedEvent]:
    """As many events; fails when they do not come."""
    found: list[RecordedEvent] = []
    watchdog = Timer(WITHIN, follower.stop)
    watchdog.start()
    for page in follower:
        found += page
        if len(found) >= count:
            break
    watchdog.cancel()
    assert len(found) >= count, f"{len(found)} of {count} events came"
    return found


async def test_a_follower_is_given_what_there_is_and_then_what_comes(event_store: EventStore) -> None:
    await event_store.append(*(an_opening() for _ in range(3)))
    follower = event_store.follow(1)
    reading = asyncio.to_thread(_read_until, follower, 5)
    task = asyncio.create_task(reading)
    for _ in range(3):
        await event_store.append(an_opening())
    found = await task
    follower.close()
    assert [recorded.position for recorded in found] == [2, 3, 4, 5, 6]


def test_a_followers_pages_are_bounded_and_lose_nothing(
    event_store: EventStore, recorder: BatchRecorder
) -> None:
    recorder.insert_batch([[raw(uuid4(), 1)] for _ in range(1_203)])
    follower = event_store.follow(0)
    sizes = [len(follower.next_page()) for _ in range(3)]
    follower.close()
    assert sizes == [500, 500, 203]


async def test_a_followers_page_is_decoded(event_store: EventStore, key_store: KeyStore) -> None:
    events = [an_opening(), an_address(know(key_store.keys, uuid4()), "a@example.org")]
    await event_store.append(*events)
    follower = event_store.follow(0)
    assert follower.decode(follower.next_page()) == [(1, events[0]), (2, events[1])]
    follower.close()


def test_a_follower_that_is_stopped_returns_promptly(event_store: EventStore) -> None:
    follower = event_store.follow(0)
    with ThreadPoolExecutor(1) as pool:
        pages = pool.submit(lambda: list(follower))
        follower.stop()
        assert pages.result(WITHIN) == []


def test_followers_see_every_event_while_eight_write(event_store_url: str, key_store: KeyStore) -> None:
    writers, commands = 8, 60
    with ExitStack() as stack:
        stores = [
            stack.enter_context(an_event_store(event_store_url, key_store.keys)) for _ in range(writers)
        ]
        followers = [stores[0].follow(0), stores[1].follow(0)]
        stop = Flag()
        quitter = Thread(target=_abort_appends, args=(event_store_url, stop))
        quitter.start()
        with ThreadPoolExecutor(writers + 2) as pool:
            read = [pool.submit(_read_until, follower, 2 * writers * commands) for follower in followers]
            written = [pool.submit(_write, store, commands) for store in stores]
            expected = {key for future in written for key in future.result(WITHIN)}
            stop.set()
            seen = [future.result(WITHIN) for future in read]
        quitter.join(WITHIN)
        for follower in followers:
            follower.close()
    for events in seen:
        positions = [recorded.position for recorded in events]
        assert positions == sorted(set(positions))
        assert {(found.stored.originator_id, found.stored.originator_version) for found in events} == expected


def _write(store: EventStore, commands: int) -> set[tuple[UUID, int]]:
    written = set()
    for _ in range(commands):
        stream = uuid4()
        store.append_now(an_opening(stream), an_opening(stream, 2))
        written |= {(stream, 1), (stream, 2)}
    return written


def _abort_appends(url: str, stop: Flag) -> None:
    """Take the lock and positions, and roll back: as a process does that dies before its commit."""
    if not url.startswith("postgresql"):
        return
    import psycopg

    from eventstore.postgres import statements

    with psycopg.connect(url) as connection:
        while not stop.wait(0.005):
            connection.execute(statements.TAKE_LOCK)
            arrays = [[uuid4(), uuid4()], [1, 1], ["message.opened"] * 2, [b"{}"] * 2, [0, 1]]
            connection.execute(statements.INSERT, arrays)
            connection.rollback()
