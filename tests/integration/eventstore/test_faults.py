"""Servers crash, connections die, processes are killed: what was acknowledged is there, once, and work goes
on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event as Flag
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError

from domain.errors import OutcomeUnknown, Unavailable
from eventstore.follower import Follower
from eventstore.postgres import statements
from eventstore.recorder import NothingRecorded, RecordedEvent
from eventstore.store import EventStore
from tests.logbook import an_opening, raw
from tests.servers.postgres import Postgres
from tests.waiting import until

WITHIN = 60.0


class _Watched:
    """A follower in a thread of its own, with all it was given."""

    def __init__(self, follower: Follower) -> None:
        self.follower = follower
        self.seen: list[RecordedEvent] = []

    def run(self) -> None:
        """Read until stopped."""
        for page in self.follower:
            self.seen += page

    async def has(self, count: int) -> None:
        """Return when as many events came."""
        await until(lambda: len(self.seen) >= count, within=WITHIN)


@contextmanager
def _following(store: EventStore) -> Iterator[_Watched]:
    watched = _Watched(store.follow(0))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(watched.run)
        try:
            yield watched
        finally:
            watched.follower.stop()
        running.result(WITHIN)


async def test_a_follower_goes_on_after_its_connections_were_cut(store: EventStore, url: str) -> None:
    with _following(store) as watched:
        await store.append(an_opening())
        await watched.has(1)
        _cut_connections(url)
        await store.append(an_opening())
        await watched.has(2)
    assert [recorded.position for recorded in watched.seen] == [1, 2]


async def test_a_follower_finds_what_no_notification_told_it(store: EventStore, url: str) -> None:
    with _following(store) as watched:
        await store.append(an_opening())
        await watched.has(1)
        _append_in_silence(url)
        await watched.has(2)


async def test_a_notification_wakes_a_follower_of_another_process(store: EventStore, url: str) -> None:
    listener = store._backend.listener(store.on_append)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(listener.wait, WITHIN)
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(statements.NOTIFY)
        waiting.result(WITHIN / 2)
    listener.close()


async def test_a_crash_of_the_server_loses_and_doubles_nothing(
    store: EventStore, own_postgres: Postgres
) -> None:
    acknowledged: list[UUID] = []
    stop = Flag()
    with _following(store) as watched, ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(_write, store, acknowledged, stop) for _ in range(4)]
        try:
            await _until_more(acknowledged, 100)
            own_postgres.restart("immediate")
            await _until_more(acknowledged, 100)
            own_postgres.restart("fast")
            await _until_more(acknowledged, 100)
        finally:
            stop.set()
        attempted = {stream for future in writing for stream in future.result(WITHIN)}
        written = store.recorder.read_after(0, 1_000_000)
        await watched.has(len(written))
    copies = Counter(recorded.stored.originator_id for recorded in written)
    assert set(acknowledged) <= set(copies) <= attempted
    assert set(copies.values()) == {1}
    assert watched.seen == written


async def _until_more(acknowledged: list[UUID], count: int) -> None:
    enough = len(acknowledged) + count
    await until(lambda: len(acknowledged) >= enough, within=WITHIN)


def _write(store: EventStore, acknowledged: list[UUID], stop: Flag) -> set[UUID]:
    attempted: set[UUID] = set()
    while not stop.is_set():
        event = an_opening()
        attempted.add(event.originator_id)
        with suppress(Unavailable):
            store.append_now(event)
            acknowledged.append(event.originator_id)
    return attempted


async def test_without_the_server_a_write_fails_soon_and_with_it_the_next_one_succeeds(
    store: EventStore, own_postgres: Postgres
) -> None:
    await store.append(an_opening())
    own_postgres.halt("fast")
    try:
        with pytest.raises(OutcomeUnknown):  # sent over a connection that died
            await store.append(an_opening())
        with pytest.raises(Unavailable) as refusal:
            await store.append(an_opening())
        assert type(refusal.value) is Unavailable
        with pytest.raises(Unavailable):
            await store.get(uuid4())
        with pytest.raises(Unavailable):
            store.check()
    finally:
        own_postgres.start()
    stream = uuid4()
    await store.append(an_opening(stream))
    assert len(store.events_of(stream)) == 1


async def test_readers_survive_a_restart_without_an_error(store: EventStore, own_postgres: Postgres) -> None:
    event = an_opening()
    await store.append(event)
    with ThreadPoolExecutor(8) as pool:
        for restart in (False, True):
            if restart:
                own_postgres.restart("fast")
            for found in list(pool.map(store.events_of, [event.originator_id] * 16)):
                assert found == [event]


async def test_a_commit_does_not_wait_for_vacuum(store: EventStore, url: str) -> None:
    store.recorder.insert_batch([[raw(uuid4(), 1, b"x" * 500) for _ in range(2_000)]])
    with psycopg.connect(url, autocommit=True) as operator, operator.transaction():
        # What VACUUM FREEZE holds on the table while it runs, however long that takes.
        operator.execute("LOCK TABLE stored_events IN SHARE UPDATE EXCLUSIVE MODE")
        for _ in range(20):
            await store.append(an_opening())


async def test_vacuum_freeze_runs_while_events_are_written(store: EventStore, url: str) -> None:
    acknowledged: list[UUID] = []
    stop = Flag()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_write, store, acknowledged, stop)
        try:
            with psycopg.connect(url, autocommit=True) as operator:
                for _ in range(10):
                    operator.execute("VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) stored_events")
                    await _until_more(acknowledged, 1)
        finally:
            stop.set()
        writing.result(WITHIN)
    assert store.max_position() == len(acknowledged)


async def test_a_lock_that_is_never_given_back_does_not_hold_a_writer_for_ever(
    store: EventStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "SET_LOCK_TIMEOUT", psycopg.sql.SQL("SET LOCAL lock_timeout = '20ms'"))
    with psycopg.connect(url) as stuck:
        stuck.execute(statements.TAKE_LOCK)
        with pytest.raises(Unavailable) as refusal:
            await store.append(an_opening())
    assert type(refusal.value) is Unavailable
    await store.append(an_opening())


async def test_a_database_that_prefers_older_snapshots_changes_nothing(
    own_postgres: Postgres, url: str, store: EventStore
) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        name = owner.info.dbname
        owner.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'")
    _cut_connections(url)
    stream = uuid4()
    outcomes = []
    with ThreadPoolExecutor(8) as pool:
        commands = [[raw(stream, 1, str(number).encode())] for number in range(8)]
        outcomes = list(pool.map(lambda command: _once(url, store, command), commands))
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1


async def test_a_first_round_that_is_recorded_makes_the_whole_batchs_outcome_unknown(
    store: EventStore, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN IF new.originator_version = 2 THEN RAISE disk_full; END IF; RETURN new; END'"
        )
        owner.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON stored_events FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    one, two = uuid4(), uuid4()
    chained = [[raw(one, 1)], [raw(one, 1, b"late"), raw(two, 2)], [raw(two, 2)]]
    with pytest.raises(PersistenceError) as failure:
        store.recorder.insert_batch(chained)
    assert not isinstance(failure.value, NothingRecorded)
    with pytest.raises(NothingRecorded):
        store.recorder.insert_batch(chained[2:])


def _once(url: str, store: EventStore, command: object) -> object:
    from eventstore.postgres.library import Datastore
    from eventstore.postgres.recorder import Recorder

    recorder = Recorder(Datastore(url))
    try:
        (outcome,) = recorder.insert_batch([command])  # type: ignore[list-item]
    finally:
        recorder.close()
        recorder.datastore.close()
    return outcome


def _cut_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _append_in_silence(url: str) -> None:
    """What a writer appends whose notification gets lost."""
    with psycopg.connect(url) as connection:
        connection.execute(statements.TAKE_LOCK)
        connection.execute(statements.INSERT, [[uuid4()], [1], ["message.opened"], [b"{}"], [0]])
