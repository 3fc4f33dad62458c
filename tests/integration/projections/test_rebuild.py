"""A read model built anew while the old one serves: nobody notices, and nothing is lost or doubled."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import delete, func, select, update

from projections import shapes
from projections.database import ReadDatabase
from projections.inbox_tables import INBOX
from projections.model import ReadModel
from projections.models import READ_MODELS
from projections.rebuild import Rebuild, unfinished
from projections.runner import Runner
from tests.integration.projections.log import Log, contents, folded_from_the_start, reached, running
from tests.waiting import until

MODELS = pytest.mark.parametrize("model", READ_MODELS, ids=[model.name for model in READ_MODELS])
INBOX_MODEL = next(model for model in READ_MODELS if model.name == "inbox")


def a_rebuild(log: Log, database: ReadDatabase, model: ReadModel) -> Rebuild:
    return Rebuild(model, database, log.events.follow)


@MODELS
async def test_a_rebuilt_model_is_what_a_fold_of_the_whole_log_is(
    log: Log, database: ReadDatabase, fresh: ReadDatabase, model: ReadModel
) -> None:
    position = log.append(*log.life("an", 20))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
        with database.writing() as connection:
            for table in reversed(model.tables):
                connection.execute(delete(table))  # as if a fold had been wrong for long
        for _ in a_rebuild(log, database, model).run(log.events.max_position()):
            position = log.append(*log.life(f"during-{position}", 1))
        position = log.append(*log.life("after", 3))
        await until(reached(database, position), within=30)
    assert database.read(contents) == folded_from_the_start(log, fresh)


async def test_readers_never_see_less_than_there_was(log: Log, database: ReadDatabase) -> None:
    position = log.append(*log.life("an", 60))
    counted = select(func.count()).select_from(INBOX)
    seen: list[int] = []
    done = Flag()

    def read() -> None:
        while not done.is_set():
            seen.append(database.read(lambda connection: connection.execute(counted).scalar_one()))

    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
        reader = Thread(target=read)
        reader.start()
        try:
            for _ in range(3):
                for _ in a_rebuild(log, database, INBOX_MODEL).run(position):
                    pass
        finally:
            done.set()
            reader.join(20)
    assert set(seen) == {60}


async def test_an_interrupted_rebuild_changes_nothing_and_can_be_done_again(
    log: Log, database: ReadDatabase
) -> None:
    position = log.append(*log.life("an", 400))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
        before = database.read(contents)
        begun = a_rebuild(log, database, INBOX_MODEL).run(position)
        assert next(begun) < position
        begun.close()
        assert database.read(contents) == before
        for _ in a_rebuild(log, database, INBOX_MODEL).run(position):
            pass
        assert database.read(contents) == before


async def test_a_model_in_another_shape_is_known_to_need_a_rebuild(log: Log, database: ReadDatabase) -> None:
    position = log.append(*log.life("an", 2))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
    assert database.read(shapes.outdated, READ_MODELS) == []
    with database.writing() as connection:
        other = update(shapes.SHAPES).where(shapes.SHAPES.c.model == "inbox").values(shape="another")
        connection.execute(other)
    assert database.read(shapes.outdated, READ_MODELS) == [INBOX_MODEL]
    for _ in a_rebuild(log, database, INBOX_MODEL).run(position):
        pass
    assert database.read(shapes.outdated, READ_MODELS) == []


async def test_tables_that_are_being_built_are_seen_until_they_are_done_or_thrown_away(
    log: Log, database: ReadDatabase
) -> None:
    position = log.append(*log.life("an", 3))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position), within=30)
        building = a_rebuild(log, database, INBOX_MODEL).run(position)
        next(building)
        assert unfinished(READ_MODELS, database) == ["inbox"]
        building.close()
        assert unfinished(READ_MODELS, database) == []
        for _ in a_rebuild(log, database, INBOX_MODEL).run(position):
            pass
    assert unfinished(READ_MODELS, database) == []
