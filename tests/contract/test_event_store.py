"""What every event store promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event as Flag
from threading import Thread, Timer
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import Busy
from domain.personal import ERASED
from eventstore.backend import backend_for
from eventstore.errors import AggregateNotFound, UnsafeSetting, VersionConflict
from eventstore.follower import Follower
from eventstore.keystore import KeyStore
from eventstore.recorder import BatchRecorder, RecordedEvent
from eventstore.store import EventStore
from tests.logbook import a_key_store, an_address, an_event_store, an_opening, know, raw

WITHIN = 30.0
_BACKENDS = ["sqlite", "postgresql"]


@pytest.fixture(params=_BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty event store may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/events.sqlite"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def key_store(tmp_path: Path) -> Iterator[KeyStore]:
    """An empty key store."""
    with a_key_store(tmp_path) as store:
        yield store


@pytest.fixture
def store(url: str, key_store: KeyStore) -> Iterator[EventStore]:
    """An empty event store."""
    with an_event_store(url, key_store.keys) as store:
        yield store


@pytest.fixture
def recorder(store: EventStore) -> BatchRecorder:
    """What is under the writer."""
    return store.recorder


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


async def test_what_was_appended_is_read_back(store: EventStore, key_store: KeyStore) -> None:
    stream, party = uuid4(), know(key_store.keys, uuid4())
    events = [an_opening(stream), an_address(party, "a@example.org", stream, 2)]
    assert await store.append(*events) == 2
    assert store.events_of(stream) == events
    assert store.first_event(stream) == events[0]
    assert store.max_position() == 2


def test_an_empty_log_has_nothing(store: EventStore) -> None:
    assert store.max_position() == 0
    assert store.first_event(uuid4()) is None
    assert store.events_of(uuid4()) == []
    with pytest.raises(AggregateNotFound):
        store.load(uuid4())


async def test_a_stream_that_never_began_is_not_found(store: EventStore) -> None:
    with pytest.raises(AggregateNotFound):
        await store.get(uuid4())


async def test_the_second_to_write_a_version_meets_a_conflict(store: EventStore) -> None:
    first = an_opening()
    await store.append(first)
    with pytest.raises(VersionConflict) as conflict:
        await store.append(an_opening(first.originator_id, 1))
    assert (conflict.value.stream, conflict.value.version) == (first.originator_id, 1)
    assert store.events_of(first.originator_id) == [first]


async def test_of_many_who_write_the_same_version_at_once_one_succeeds(store: EventStore) -> None:
    stream = uuid4()
    outcomes = await asyncio.gather(
        *(store.append(an_opening(stream)) for _ in range(20)), return_exceptions=True
    )
    assert Counter(type(outcome) for outcome in outcomes) == {int: 1, VersionConflict: 19}


def test_one_command_that_conflicts_leaves_the_others_of_its_batch_alone(recorder: BatchRecorder) -> None:
    taken = uuid4()
    recorder.insert_batch([[raw(taken, 1, b"first")]])
    new = uuid4()
    outcomes = recorder.insert_batch(
        [[raw(uuid4(), 1)], [raw(new, 1), raw(taken, 1, b"second")], [raw(uuid4(), 1), raw(uuid4(), 1)]]
    )
    assert isinstance(outcomes[1], VersionConflict)
    assert (outcomes[1].stream, outcomes[1].version) == (taken, 1)
    kept = recorder.read_after(0, 10)
    assert [outcomes[0], outcomes[2]] == [[kept[1].position], [kept[2].position, kept[3].position]]
    assert new not in {found.stored.originator_id for found in kept}


def test_a_command_repeated_to_the_byte_gets_its_positions_again(recorder: BatchRecorder) -> None:
    commands = [[raw(uuid4(), 1), raw(uuid4(), 1)], [raw(uuid4(), 1)]]
    first = recorder.insert_batch(commands)
    assert recorder.insert_batch(commands) == first
    assert len(recorder.read_after(0, 10)) == 3


def test_a_command_repeated_with_other_bytes_conflicts_wholesale(recorder: BatchRecorder) -> None:
    one, two = uuid4(), uuid4()
    recorder.insert_batch([[raw(one, 1, b"1"), raw(two, 1, b"2")]])
    for changed in (raw(one, 1, b"3"), raw(one, 1, b"1", "message.expired")):
        (outcome,) = recorder.insert_batch([[raw(two, 1, b"2"), changed]])
        assert isinstance(outcome, VersionConflict)
        assert outcome.stream == one
    assert len(recorder.read_after(0, 10)) == 2


def test_a_command_of_which_only_a_part_is_recorded_conflicts(recorder: BatchRecorder) -> None:
    one = uuid4()
    recorder.insert_batch([[raw(one, 1)]])
    (outcome,) = recorder.insert_batch([[raw(one, 1), raw(one, 2)]])
    assert isinstance(outcome, VersionConflict)
    assert len(recorder.read_after(0, 10)) == 1


def test_two_commands_of_a_batch_for_the_same_version_are_judged_one_after_the_other(
    recorder: BatchRecorder,
) -> None:
    stream, other = uuid4(), uuid4()
    outcomes = recorder.insert_batch(
        [
            [raw(stream, 1, b"first")],
            [raw(other, 1), raw(stream, 1, b"second")],
            [raw(stream, 1, b"first")],
            [raw(other, 1, b"after")],
        ]
    )
    assert outcomes[0] == outcomes[2]
    assert isinstance(outcomes[1], VersionConflict)
    assert isinstance(outcomes[3], list)
    assert [found.stored.state for found in recorder.read_after(0, 10)] == [b"first", b"after"]


def test_a_command_that_contradicts_itself_conflicts(recorder: BatchRecorder) -> None:
    stream = uuid4()
    outcomes = recorder.insert_batch([[raw(stream, 1, b"1"), raw(stream, 1, b"2")], [], [raw(uuid4(), 1)]])
    assert isinstance(outcomes[0], VersionConflict)
    assert outcomes[1] == []
    assert isinstance(outcomes[2], list)


def test_positions_follow_the_order_of_the_commands(recorder: BatchRecorder) -> None:
    stream = uuid4()
    commands = [[raw(stream, version), raw(uuid4(), 1)] for version in range(1, 101)]
    outcomes = recorder.insert_batch(commands)
    positions = [position for outcome in outcomes if isinstance(outcome, list) for position in outcome]
    assert positions == sorted(positions)
    assert len(set(positions)) == 200
    stored = [found.stored for found in recorder.read_after(0, 500)]
    assert stored == [event for command in commands for event in command]


def test_large_and_strange_bytes_come_back_the_same(recorder: BatchRecorder) -> None:
    states = [b"", bytes(range(256)), b"x" * 3_000_000, '{"é\\u0000"}'.encode()]
    recorder.insert_batch([[raw(uuid4(), 1, state)] for state in states])
    assert [found.stored.state for found in recorder.read_after(0, 10)] == states


def test_versions_may_be_large(recorder: BatchRecorder) -> None:
    stream = uuid4()
    versions = [1, 40_000, 2**31, 2**62]
    recorder.insert_batch([[raw(stream, version) for version in versions]])
    assert [found.stored.originator_version for found in recorder.read_after(0, 10)] == versions


def test_the_librarys_own_way_in_goes_the_same_road(recorder: Any) -> None:
    stream = uuid4()
    assert recorder.insert_events([raw(stream, 1), raw(stream, 2)]) == [1, 2]
    with pytest.raises(VersionConflict):
        recorder.insert_events([raw(stream, 2, b"other")])


def test_a_part_of_a_stream_can_be_read_either_way(recorder: Any) -> None:
    stream = uuid4()
    recorder.insert_batch([[raw(stream, version) for version in range(1, 6)]])

    def versions(**bounds: Any) -> list[int]:
        return [found.originator_version for found in recorder.select_events(stream, **bounds)]

    assert versions() == [1, 2, 3, 4, 5]
    assert versions(gt=1, lte=4) == [2, 3, 4]
    assert versions(desc=True, limit=2) == [5, 4]


async def test_too_many_waiting_events_are_refused_for_now(url: str, key_store: KeyStore) -> None:
    with an_event_store(url, key_store.keys, queue_events=10) as store:
        outcomes = await asyncio.gather(
            *(store.append(an_opening()) for _ in range(200)), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, Busy)]
        assert refused
        assert refused[0].retry_after >= 1
        assert store.max_position() == 200 - len(refused)


async def test_an_erased_partys_events_still_read(store: EventStore, key_store: KeyStore) -> None:
    party = know(key_store.keys, uuid4())
    event = an_address(party, "a@example.org")
    await store.append(event)
    key_store.keys.learn(party, None)
    (found,) = store.events_of(event.originator_id)
    assert vars(found)["address"] is ERASED


async def test_a_follower_is_given_what_there_is_and_then_what_comes(store: EventStore) -> None:
    await store.append(*(an_opening() for _ in range(3)))
    follower = store.follow(1)
    reading = asyncio.to_thread(_read_until, follower, 5)
    task = asyncio.create_task(reading)
    for _ in range(3):
        await store.append(an_opening())
    found = await task
    follower.close()
    assert [recorded.position for recorded in found] == [2, 3, 4, 5, 6]


def test_a_followers_pages_are_bounded_and_lose_nothing(store: EventStore, recorder: BatchRecorder) -> None:
    recorder.insert_batch([[raw(uuid4(), 1)] for _ in range(1_203)])
    follower = store.follow(0)
    sizes = [len(follower.next_page()) for _ in range(3)]
    follower.close()
    assert sizes == [500, 500, 203]


async def test_a_followers_page_is_decoded_with_its_positions(store: EventStore, key_store: KeyStore) -> None:
    events = [an_opening(), an_address(know(key_store.keys, uuid4()), "a@example.org")]
    await store.append(*events)
    follower = store.follow(0)
    assert follower.decode(follower.next_page()) == [(1, events[0]), (2, events[1])]
    follower.close()


def test_a_follower_that_is_stopped_returns_promptly(store: EventStore) -> None:
    follower = store.follow(0)
    with ThreadPoolExecutor(1) as pool:
        pages = pool.submit(lambda: list(follower))
        follower.stop()
        assert pages.result(WITHIN) == []


def test_followers_see_every_event_in_order_while_eight_write(url: str, key_store: KeyStore) -> None:
    writers, commands = 8, 60
    with ExitStack() as stack:
        stores = [stack.enter_context(an_event_store(url, key_store.keys)) for _ in range(writers)]
        followers = [stores[0].follow(0), stores[1].follow(0)]
        stop = Flag()
        quitter = Thread(target=_abort_appends, args=(url, stop))
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


def test_two_processes_may_make_the_tables_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(backend_for(url).create_tables) for _ in range(4)]:
            future.result(WITHIN)
    backend_for(url).check()


def test_the_setting_that_loses_events_is_refused_wherever_it_stands(
    url: str, key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSTGRES_ENABLE_DB_FUNCTIONS", "EBOX_POSTGRES_ENABLE_DB_FUNCTIONS"):
        with monkeypatch.context() as environment:
            environment.setenv(name, "yes")
            with pytest.raises(UnsafeSetting, match=r"ENABLE_DB_FUNCTIONS"):
                EventStore(backend_for(url), key_store.keys)


def test_nothing_else_in_the_environment_changes_how_events_are_kept(
    url: str, key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_KEY": "secret",
        "IS_SNAPSHOTTING_ENABLED": "yes",
    }.items():
        monkeypatch.setenv(name, value)
    with an_event_store(url, key_store.keys) as store:
        event = an_opening()
        store.append_now(event)
        (found,) = store.recorder.read_after(0, 1)
        assert str(event.event_id).encode() in found.stored.state
