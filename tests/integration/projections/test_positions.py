"""Reading one's own writes: who waits for a position wakes when it is reached, and not much later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic

import psycopg
import pytest
import structlog

from projections import inbox, progress
from projections.database import ReadDatabase
from projections.models import READ_MODELS
from projections.positions import ReadPositions, announce
from projections.progress import Progress
from tests.servers.postgres import Postgres
from tests.waiting import until

MODEL = inbox.MODEL.name


@pytest.fixture
def positions(database: ReadDatabase) -> Iterator[ReadPositions]:
    """What an API process knows."""
    positions = ReadPositions(database)
    positions.start()
    yield positions
    positions.stop()


def move(database: ReadDatabase, to: int, *, changed: tuple[str, ...] = (MODEL,)) -> None:
    """What the runner does at the end of a page."""
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
        moved = progress.advance(connection, progress.load(connection), to, changed)
        announce(connection, moved)


async def test_what_is_reached_already_is_not_waited_for(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    move(database, 7)
    await until(lambda: positions.position(MODEL) == 7)
    assert await positions.wait_for(MODEL, 5, within=0) == 7


async def test_whoever_waits_for_a_position_wakes_at_once(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    move(database, 1)
    await until(lambda: positions.position(MODEL) == 1)
    delays = []
    for position in range(2, 12):
        waiting = asyncio.create_task(positions.wait_for(MODEL, position, within=5.0))
        await asyncio.sleep(0)
        await asyncio.to_thread(move, database, position)
        committed = monotonic()
        assert await waiting == position
        delays.append(monotonic() - committed)
    assert sorted(delays)[len(delays) // 2] < 0.1


async def test_who_waited_long_enough_is_told_how_far_it_came(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    move(database, 3)
    await until(lambda: positions.position(MODEL) == 3)
    started = monotonic()
    assert await positions.wait_for(MODEL, 4) == 3
    assert 0.2 < monotonic() - started < 2.0


async def test_a_wait_that_is_cancelled_leaves_nothing_behind(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    waiting = asyncio.create_task(positions.wait_for(MODEL, 9, within=60.0))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not positions._waiters


async def test_a_change_is_told_apart_from_a_mere_advance(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    move(database, 1)
    move(database, 2, changed=())
    await until(lambda: positions.position(MODEL) == 2)
    assert positions.last_change(MODEL) == 1


async def test_the_lag_is_that_of_the_slowest_model(database: ReadDatabase, positions: ReadPositions) -> None:
    assert positions.lag(10) == 10
    move(database, 4)
    await until(lambda: positions.position(MODEL) == 4)
    assert positions.lag(10) == 6
    assert positions.lag(4) == 0


async def test_a_commit_that_was_not_announced_is_found_within_seconds(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    move(database, 1)
    await until(lambda: positions.position(MODEL) == 1)
    with database.writing() as connection:
        progress.advance(connection, progress.load(connection), 2, ())
    assert await positions.wait_for(MODEL, 2, within=5.0) == 2


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_a_listener_whose_connection_is_cut_listens_again(
    database: ReadDatabase, positions: ReadPositions, postgres: Postgres
) -> None:
    move(database, 1)
    await until(lambda: positions.position(MODEL) == 1)
    with psycopg.connect(postgres.admin_url, autocommit=True) as operator:
        cut = operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        ).fetchall()
    assert cut
    for position in range(2, 5):
        move(database, position)
        assert await positions.wait_for(MODEL, position, within=5.0) == position


@pytest.fixture(params=["sqlite", "postgresql"])
def unmade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadDatabase]:
    """A database in which `ebox migrate` has not been."""
    url = f"sqlite:///{tmp_path}/read.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    database = ReadDatabase(url)
    yield database
    database.close()


async def test_who_follows_before_the_tables_are_made_follows_them_afterwards(unmade: ReadDatabase) -> None:
    positions = ReadPositions(unmade)
    with structlog.testing.capture_logs() as lines:
        positions.start()
        try:
            await until(lambda: bool(lines))
            unmade.create_tables()
            move(unmade, 5)
            assert await positions.wait_for(MODEL, 5, within=10.0) == 5
        finally:
            positions.stop()
    assert lines[0]["cause"] in {"OperationalError", "UndefinedTable"}


async def test_nothing_that_goes_wrong_ends_the_following(database: ReadDatabase) -> None:
    class Broken(ReadPositions):
        failures = 3

        def _take(self, news: Mapping[str, Progress]) -> None:
            if self.failures:
                self.failures -= 1
                raise ZeroDivisionError
            super()._take(news)

    move(database, 2)
    positions = Broken(database)
    positions.start()
    try:
        await until(lambda: positions.position(MODEL) == 2)
    finally:
        positions.stop()


async def test_positions_count_as_confirmed_while_the_database_tells_them(
    database: ReadDatabase, positions: ReadPositions
) -> None:
    await until(lambda: positions.is_confirmed(5.0))
    assert not positions.has_begun(MODEL)
    move(database, 1)
    await until(lambda: positions.has_begun(MODEL))
    positions.stop()
    await until(lambda: not positions.is_confirmed(0.1))
