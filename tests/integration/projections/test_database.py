"""The read models' database: what readers and the writer get when all is well, and when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from domain.errors import Busy, Unavailable
from projections import progress
from projections.database import ReadDatabase
from projections.inbox_tables import COUNTERS
from projections.runner import Runner
from tests.integration.projections.log import a_log, contents, folded_from_the_start, reached, running
from tests.servers.postgres import Postgres
from tests.waiting import until


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that these tests may stop."""
    with Postgres() as server:
        yield server


LIMIT = 4 + 256
"""The queries that may run or wait at once unless said otherwise."""


def one(connection: Connection) -> int:
    return int(connection.execute(text("SELECT 1")).scalar_one())


def test_migrating_twice_or_at_once_changes_nothing(database: ReadDatabase) -> None:
    threads = [Thread(target=database.create_tables) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(progress.load) == {}


def test_a_reader_cannot_write(database: ReadDatabase) -> None:
    with pytest.raises((DBAPIError, Unavailable)):
        database.read(lambda connection: connection.execute(COUNTERS.delete()))


def test_an_exception_holds_none_of_a_querys_values(database: ReadDatabase) -> None:
    def query(connection: Connection) -> None:
        connection.execute(text("SELECT nothing FROM nowhere WHERE it = :it"), {"it": "81050103522"})

    with pytest.raises((DBAPIError, Unavailable)) as raised:
        database.read(query)
    chain = f"{raised.value} {raised.value.__cause__}"
    assert "81050103522" not in chain


async def test_too_many_queries_at_once_are_refused_and_the_others_answered(
    database: ReadDatabase,
) -> None:
    gate = Flag()

    def slow(connection: Connection) -> int:
        gate.wait(10.0)
        return one(connection)

    allowed = [asyncio.create_task(database.run(slow)) for _ in range(LIMIT)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await database.run(one)
    gate.set()
    assert await asyncio.gather(*allowed) == [1] * LIMIT
    assert await database.run(one) == 1


async def test_a_database_that_is_away_is_unavailable_and_is_used_again_when_it_is_back(
    own_postgres: Postgres,
) -> None:
    database = ReadDatabase(own_postgres.create_database())
    database.create_tables()
    assert await database.run(one) == 1
    own_postgres.halt("immediate")
    with pytest.raises(Unavailable):
        await database.run(one)
    with pytest.raises(Unavailable), database.writing() as connection:
        one(connection)
    own_postgres.start()
    assert await database.run(one) == 1
    with database.writing() as connection:
        assert one(connection) == 1
    database.close()


async def test_a_restart_between_two_queries_goes_unnoticed(own_postgres: Postgres) -> None:
    database = ReadDatabase(own_postgres.create_database(), readers=2)
    database.create_tables()
    for _ in range(2):
        assert await asyncio.gather(*(database.run(one) for _ in range(4))) == [1] * 4
        own_postgres.restart("immediate")
    assert await asyncio.gather(*(database.run(one) for _ in range(4))) == [1] * 4
    database.close()


async def test_a_runner_outlives_its_database_and_nothing_is_lost(
    own_postgres: Postgres, tmp_path: Path
) -> None:
    database = ReadDatabase(own_postgres.create_database())
    database.create_tables()
    fresh = ReadDatabase(f"sqlite:///{tmp_path}/fresh.sqlite")
    fresh.create_tables()
    with a_log(f"sqlite:///{tmp_path}/events.sqlite", tmp_path) as log:
        with running(Runner(log.events.follow, database)):
            first = log.append(*log.life("an", 4))
            await until(reached(database, first))
            own_postgres.halt("immediate")
            last = log.append(*log.life("bo", 4))
            own_postgres.start()
            await until(reached(database, last), within=30.0)
        assert database.read(contents) == folded_from_the_start(log, fresh)
    database.close()
    fresh.close()
