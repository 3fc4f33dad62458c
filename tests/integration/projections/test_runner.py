"""The runner over a real log: nothing lost, nothing twice, whatever else is going on."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import psycopg
import pytest

from domain.events import Event
from projections import progress
from projections.database import ReadDatabase
from projections.models import READ_MODELS
from projections.progress import NOT_BEGUN, Overtaken
from projections.runner import Runner, apply_page
from tests.integration.projections.log import Log, contents, folded_from_the_start, reached, running
from tests.unit.projections.story import a_mailbox
from tests.waiting import until


async def test_readers_are_told_what_happened_before_and_while_the_runner_runs(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    log.append(*log.life("an", 10))
    with running(Runner(log.events.follow, database)):
        last = log.append(*log.life("bo", 10))
        await until(reached(database, last))
    told = database.read(contents)
    assert len(told["inbox"]) == 20
    assert sum(row["opened_at"] is not None for row in told["inbox"]) == 10
    assert told == folded_from_the_start(log, fresh)


async def test_a_runner_goes_on_where_the_one_before_it_stopped(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    for name in ("an", "bo", "cy"):
        last = log.append(*log.life(name, 4))
        with running(Runner(log.events.follow, database)):
            await until(reached(database, last))
    assert database.read(contents) == folded_from_the_start(log, fresh)


async def test_two_runners_at_once_count_nothing_twice(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    with running(Runner(log.events.follow, database)), running(Runner(log.events.follow, database)):
        lives = [log.life(name, 10) for name in ("an", "bo", "cy")]
        threads = [Thread(target=log.append, args=life) for life in lives]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        await until(reached(database, log.events.max_position()))
    told = database.read(contents)
    assert [row["messages"] for row in told["inbox_counters"]] == [10, 10, 10]
    assert told == folded_from_the_start(log, fresh)


def test_whoever_was_overtaken_writes_nothing(log: Log, database: ReadDatabase) -> None:
    log.append(*log.life("an", 2))
    feed = log.events.follow(0)
    page = feed.decode(feed.next_page())
    feed.close()
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
    begun = database.read(progress.load)
    apply_page(database, READ_MODELS, begun, page)
    before = database.read(contents)
    with pytest.raises(Overtaken):
        apply_page(database, READ_MODELS, begun, page)
    assert database.read(contents) == before


async def test_a_read_model_that_is_new_catches_up_alone(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    last = log.append(*log.life("an", 6))
    first, others = READ_MODELS[0], READ_MODELS[1:]
    with running(Runner(log.events.follow, database, models=[first])):
        await until(lambda: database.read(progress.load).get(first.name, NOT_BEGUN).position == last)
    assert database.read(contents)["message_detail"] == []
    with running(Runner(log.events.follow, database, models=[first, *others])):
        last = log.append(*log.life("bo", 6))
        await until(reached(database, last))
    assert database.read(contents) == folded_from_the_start(log, fresh)


async def test_only_what_changes_a_model_counts_as_its_change(log: Log, database: ReadDatabase) -> None:
    with running(Runner(log.events.follow, database)):
        last = log.append(*log.life("an", 1))
        await until(reached(database, last))
    known = database.read(progress.load)
    assert known["reference"].last_change == 0
    assert 0 < known["access_history"].last_change <= last


async def test_the_leader_alone_runs_and_another_takes_over_after_it(
    log: Log, database: ReadDatabase
) -> None:
    def copy() -> Runner:
        return Runner(log.events.follow, database, leadership=log.events.leadership("project"))

    last = log.append(*log.life("an", 2))
    leading, standing_by = copy(), copy()
    with running(leading):
        await until(reached(database, last))
        with running(standing_by):
            leading.stop()
            last = log.append(*log.life("bo", 2))
            await until(reached(database, last))


def test_a_fold_that_fails_stops_the_runner_and_leaves_no_half_page(log: Log, database: ReadDatabase) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    log.append(*log.life("an", 2))
    broken = replace(READ_MODELS[1], fold=fail)
    with pytest.raises(ZeroDivisionError):
        Runner(log.events.follow, database, models=[READ_MODELS[0], broken]).run()
    assert database.read(contents)["inbox"] == []
    assert set(database.read(progress.load).values()) == {NOT_BEGUN}


async def test_a_text_that_postgresql_cannot_hold_stops_nothing(log: Log, database: ReadDatabase) -> None:
    owner = log.party("an")
    mailbox = a_mailbox(owner)
    mailbox.activate("2026-01", mailbox.created_on)
    mailbox.enter_email("an\0@example.test", mailbox.created_on)
    facts: list[Event] = mailbox.new_facts()
    last = log.append(facts)
    with running(Runner(log.events.follow, database)):
        await until(reached(database, last))
    [row] = database.read(contents)["profile"]
    assert row["address"] == "an\N{REPLACEMENT CHARACTER}@example.test"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_page_that_the_database_breaks_off_is_repeated(
    log: Log, database: ReadDatabase, fresh: ReadDatabase, postgres_database: str
) -> None:
    break_off = """
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'COPY%' AND wait_event_type = 'Lock' AND datname = current_database()
    """
    last = log.append(*log.life("an", 40))
    with (
        psycopg.connect(postgres_database, autocommit=True) as operator,
        psycopg.connect(postgres_database) as holder,
    ):
        holder.execute("LOCK TABLE read_models.inbox IN EXCLUSIVE MODE")
        with running(Runner(log.events.follow, database)) as runner:
            for _ in range(2):
                await until(lambda: bool(operator.execute(break_off).fetchall()))
            assert runner.is_alive()
            holder.rollback()
            await until(reached(database, last))
    assert database.read(contents) == folded_from_the_start(log, fresh)
