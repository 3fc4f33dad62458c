"""A rebuild on a busy system, and when something does not answer for a moment: it still gets there."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread

import psycopg
import pytest
from sqlalchemy import delete

from domain.errors import Unavailable
from eventstore.follower import PAGE_EVENTS
from eventstore.recorder import RecordedEvent
from projections import progress, rebuild
from projections.access_history_table import HISTORY
from projections.database import ReadDatabase
from projections.model import Located
from projections.models import READ_MODELS
from projections.rebuild import Rebuild
from projections.runner import EventFeed, Runner
from tests.integration.projections.log import Log, contents, folded_from_the_start, reached, running
from tests.waiting import until

MODEL = next(model for model in READ_MODELS if model.name == "access_history")
ON_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


async def projected(log: Log, database: ReadDatabase, messages: int) -> int:
    """A life that the live models know, with an access history that has been wrong for long."""
    position = log.append(*log.life("an", messages))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
    with database.writing() as connection:
        connection.execute(delete(HISTORY))
    return position


async def test_what_came_during_the_build_is_taken_in_before_the_runner_is_held(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    live = await projected(log, database, 500)
    positions = list(Rebuild(MODEL, database, log.events.follow).run(head=1))
    assert len(positions) > 1
    assert live - PAGE_EVENTS <= positions[-1] < live
    assert database.read(contents) == folded_from_the_start(log, fresh)


class Blinking:
    """A feed whose keys do not answer for a while, from a position on, after the page was read."""

    def __init__(self, feed: EventFeed, trouble: list[Unavailable], position: int) -> None:
        self._feed = feed
        self._trouble = trouble
        self._position = position
        self.next_page = feed.next_page
        self.stop = feed.stop
        self.close = feed.close

    def decode(self, page: Sequence[RecordedEvent]) -> list[Located]:
        if self._trouble and page[-1].position >= self._position:
            raise self._trouble.pop()
        return self._feed.decode(page)


async def test_a_moment_without_an_answer_costs_a_page_and_not_the_build(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    live = await projected(log, database, 500)
    trouble = [Unavailable("the key store does not answer")]

    def follow(position: int) -> EventFeed:
        return Blinking(log.events.follow(position), trouble, live)

    positions = list(Rebuild(MODEL, database, follow).run(live))
    assert trouble == []
    assert positions == sorted(positions)
    assert database.read(contents) == folded_from_the_start(log, fresh)


async def test_what_lasts_ends_the_build_and_changes_nothing(
    log: Log, database: ReadDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = await projected(log, database, 2)
    before = database.read(contents)
    monkeypatch.setattr(rebuild, "PATIENCE_SECONDS", 0.2)
    trouble = [Unavailable("the key store does not answer")] * 100

    def follow(position: int) -> EventFeed:
        return Blinking(log.events.follow(position), trouble, 1)

    with pytest.raises(Unavailable):
        list(Rebuild(MODEL, database, follow).run(live))
    assert trouble
    assert database.read(contents) == before


@ON_POSTGRESQL
async def test_a_long_reader_of_the_old_rows_only_delays_the_swap(
    log: Log,
    database: ReadDatabase,
    fresh: ReadDatabase,
    postgres_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuild, "LOCK_SECONDS", 1)
    live = await projected(log, database, 5)
    building = Thread(target=lambda: list(Rebuild(MODEL, database, log.events.follow).run(live)))
    with (
        psycopg.connect(postgres_database, autocommit=True) as operator,
        psycopg.connect(postgres_database) as reader,
    ):

        def waits() -> bool:
            counted = operator.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query LIKE '%%DROP TABLE%%' AND wait_event_type = 'Lock'"
            ).fetchone()
            return counted == (1,)

        reader.execute("SELECT FROM read_models.access_history")
        building.start()
        await until(waits, within=30)
        await until(lambda: not waits(), within=30)
        await until(waits, within=30)  # it tries again
        last = log.append(*log.life("bo", 2))
        reader.rollback()
        building.join(30)
    assert not building.is_alive()
    with running(Runner(log.events.follow, database)):
        await until(reached(database, last), within=30)
    assert database.read(contents) == folded_from_the_start(log, fresh)


@ON_POSTGRESQL
async def test_nobody_is_told_how_far_the_new_rows_are_before_they_are_in_use(
    log: Log, database: ReadDatabase, postgres_database: str
) -> None:
    last = log.append(*log.life("an", 5))
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
    with psycopg.connect(postgres_database, autocommit=True) as listening:
        listening.execute("LISTEN ebox_read_models")
        building = Rebuild(MODEL, database, log.events.follow).run(last)
        assert next(building) == last
        assert list(listening.notifies(timeout=0.2)) == []
        assert list(building) == []
        [told] = listening.notifies(timeout=5, stop_after=1)
        assert f'"position":{last}' in told.payload.replace(" ", "")
