"""What every event store promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import uuid4

import pytest

from domain.errors import Busy, OutcomeUnknown, Unavailable
from domain.events.mailbox import CreatedBecause
from domain.mailbox import Mailbox
from domain.personal import ERASED
from eventstore import store as store_module
from eventstore.backend import backend_for
from eventstore.errors import AggregateNotFound, UnsafeSetting, VersionConflict
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from tests.logbook import CITIZEN, NOW, an_address, an_event_store, an_opening, know

WITHIN = 30.0


async def test_what_was_appended_is_read_back(event_store: EventStore, key_store: KeyStore) -> None:
    stream, party = uuid4(), know(key_store.keys, uuid4())
    events = [an_opening(stream), an_address(party, "a@example.org", stream, 2)]
    assert await event_store.append(*events) == 2
    assert event_store.events_of(stream) == events
    assert event_store.first_event(stream) == events[0]
    assert event_store.max_position() == 2


def test_an_empty_log_has_nothing(event_store: EventStore) -> None:
    assert event_store.max_position() == 0
    assert event_store.first_event(uuid4()) is None
    assert event_store.events_of(uuid4()) == []
    with pytest.raises(AggregateNotFound):
        event_store.load(uuid4())


async def test_an_aggregate_is_what_its_events_made_it(event_store: EventStore, key_store: KeyStore) -> None:
    party = know(key_store.keys, uuid4())
    mailbox = Mailbox.create(uuid4(), party, CITIZEN, CreatedBecause.ACTIVATED, NOW)
    mailbox.activate("2026-01", NOW)
    mailbox.enter_email("an@example.org", NOW)
    await event_store.append(*mailbox.new_facts())
    found = await event_store.get(mailbox.id)
    assert isinstance(found, Mailbox)
    assert (found.version, found.activated_at, found.address) == (3, NOW, "an@example.org")
    found.verify_email(NOW)
    await event_store.append(*found.new_facts())
    assert (await event_store.get(mailbox.id)).is_verified


async def test_a_stream_that_never_began_is_not_found(event_store: EventStore) -> None:
    with pytest.raises(AggregateNotFound):
        await event_store.get(uuid4())


async def test_the_second_to_write_a_version_meets_a_conflict(event_store: EventStore) -> None:
    first = an_opening()
    await event_store.append(first)
    with pytest.raises(VersionConflict) as conflict:
        await event_store.append(an_opening(first.originator_id, 1))
    assert (conflict.value.stream, conflict.value.version) == (first.originator_id, 1)
    assert event_store.events_of(first.originator_id) == [first]


async def test_of_many_who_write_the_same_version_at_once_one_succeeds(event_store: EventStore) -> None:
    stream = uuid4()
    outcomes = await asyncio.gather(
        *(event_store.append(an_opening(stream)) for _ in range(20)), return_exceptions=True
    )
    assert Counter(type(outcome) for outcome in outcomes) == {int: 1, VersionConflict: 19}


async def test_too_many_waiting_events_are_refused_for_now(event_store_url: str, key_store: KeyStore) -> None:
    with an_event_store(event_store_url, key_store.keys, queue_events=10) as store:
        outcomes = await asyncio.gather(
            *(store.append(an_opening()) for _ in range(200)), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, Busy)]
        assert refused
        assert refused[0].retry_after >= 1
        assert store.max_position() == 200 - len(refused)


async def test_an_erased_partys_events_still_read(event_store: EventStore, key_store: KeyStore) -> None:
    party = know(key_store.keys, uuid4())
    event = an_address(party, "a@example.org")
    await event_store.append(event)
    key_store.keys.learn(party, None)
    (found,) = event_store.events_of(event.originator_id)
    assert vars(found)["address"] is ERASED


def test_two_processes_may_make_the_tables_at_once(event_store_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(backend_for(event_store_url).create_tables) for _ in range(4)]:
            future.result(WITHIN)
    backend_for(event_store_url).check()


def test_the_setting_that_loses_events_is_refused_wherever_it_stands(
    event_store_url: str, key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("POSTGRES_ENABLE_DB_FUNCTIONS", "EBOX_POSTGRES_ENABLE_DB_FUNCTIONS"):
        with monkeypatch.context() as environment:
            environment.setenv(name, "yes")
            with pytest.raises(UnsafeSetting, match=r"ENABLE_DB_FUNCTIONS"):
                EventStore(backend_for(event_store_url), key_store.keys)


def test_nothing_else_in_the_environment_changes_how_events_are_kept(
    event_store_url: str, key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_KEY": "secret",
        "IS_SNAPSHOTTING_ENABLED": "yes",
    }.items():
        monkeypatch.setenv(name, value)
    with an_event_store(event_store_url, key_store.keys) as store:
        event = an_opening()
        store.append_now(event)
        (found,) = store.recorder.read_after(0, 1)
        assert str(event.event_id).encode() in found.stored.state


async def test_a_write_that_could_not_begin_recorded_nothing(
    event_store_url: str, key_store: KeyStore
) -> None:
    store = EventStore(backend_for(event_store_url), key_store.keys)
    with pytest.raises(Unavailable) as refusal:
        await store.append(an_opening())
    store.close()
    assert type(refusal.value) is Unavailable


async def test_a_writer_that_answers_too_late_leaves_the_outcome_unknown(
    event_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Event()

    def hold(_position: int) -> None:
        release.wait(WITHIN)

    unsubscribe = event_store.on_append(hold)
    monkeypatch.setattr(store_module, "APPEND_SECONDS", 0.05)
    late = [an_opening(), an_opening()]
    with pytest.raises(OutcomeUnknown):
        await event_store.append(late[0])
    with pytest.raises(OutcomeUnknown):
        await asyncio.to_thread(event_store.append_now, late[1])
    release.set()
    unsubscribe()
    monkeypatch.setattr(store_module, "APPEND_SECONDS", WITHIN)
    assert await event_store.append(an_opening()) == 3
    assert [event_store.first_event(event.originator_id) for event in late] == late
