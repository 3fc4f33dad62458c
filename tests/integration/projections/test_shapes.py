"""No release folds into a read model that another one built, and every release says what to do then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete

from projections import progress, shapes
from projections.database import ReadDatabase
from projections.inbox_tables import INBOX
from projections.model import ReadModel
from projections.models import READ_MODELS
from projections.rebuild import Rebuild
from projections.runner import Runner, apply_page
from projections.shapes import SHAPES, OtherRelease
from tests.integration.projections.log import Log, contents, folded_from_the_start, reached, running
from tests.waiting import until

INBOX_MODEL = next(model for model in READ_MODELS if model.tables[0] is INBOX)
NEXT_INBOX = replace(INBOX_MODEL, version=INBOX_MODEL.version + 1)
NEXT_RELEASE = tuple(NEXT_INBOX if model is INBOX_MODEL else model for model in READ_MODELS)


def rebuilt_for_the_next_release(log: Log, database: ReadDatabase) -> None:
    for _ in Rebuild(NEXT_INBOX, database, log.events.follow).run(log.events.max_position()):
        pass


def positions(database: ReadDatabase) -> set[int]:
    return {one.position for one in database.read(progress.load).values()}


async def test_the_runner_of_the_release_before_stops_when_a_model_was_built_for_the_next(
    log: Log, database: ReadDatabase
) -> None:
    position = log.append(*log.life("an", 3))
    ended: list[Exception] = []

    class Old(Runner):
        def run(self) -> None:
            try:
                super().run()
            except OtherRelease as error:
                ended.append(error)

    with running(Old(log.events.follow, database)):
        await until(reached(database, position))
        rebuilt_for_the_next_release(log, database)
        log.append(*log.life("bo", 3))
        await until(lambda: bool(ended))
    assert "inbox" in str(ended[0])
    assert "ebox migrate" in str(ended[0])
    assert positions(database) == {position}


def test_a_page_in_hand_during_the_swap_is_not_folded_into_the_new_rows(
    log: Log, database: ReadDatabase
) -> None:
    first = log.append(*log.life("an", 2))
    done = begun(database)
    feed = log.events.follow(0)
    done |= apply_page(database, READ_MODELS, done, feed.decode(feed.next_page()))
    rebuilt_for_the_next_release(log, database)
    assert positions(database) == {first}
    log.append(*log.life("bo", 2))
    page = feed.decode(feed.next_page())
    feed.close()
    before = database.read(contents)
    with pytest.raises(OtherRelease):
        apply_page(database, READ_MODELS, done, page)
    assert database.read(contents) == before
    apply_page(database, NEXT_RELEASE, done, page)


def test_a_runner_does_not_begin_on_another_releases_rows(log: Log, database: ReadDatabase) -> None:
    log.append(*log.life("an", 2))
    begun(database)
    rebuilt_for_the_next_release(log, database)
    with pytest.raises(OtherRelease):
        Runner(log.events.follow, database).run()


async def test_rows_of_which_nobody_knows_who_made_them_are_another_releases(
    log: Log, database: ReadDatabase
) -> None:
    position = log.append(*log.life("an", 2))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position))
    with database.writing() as connection:
        connection.execute(delete(SHAPES))
    assert database.read(shapes.outdated, READ_MODELS) == list(READ_MODELS)
    with pytest.raises(OtherRelease):
        Runner(log.events.follow, database).run()


async def test_the_next_releases_runner_goes_on_with_what_was_built_for_it(
    log: Log, database: ReadDatabase, fresh: ReadDatabase
) -> None:
    position = log.append(*log.life("an", 3))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, position))
    with pytest.raises(OtherRelease):
        Runner(log.events.follow, database, models=NEXT_RELEASE).run()
    rebuilt_for_the_next_release(log, database)
    position = log.append(*log.life("bo", 3))
    with running(Runner(log.events.follow, database, models=NEXT_RELEASE)):
        await until(reached(database, position))
    assert database.read(contents) == folded_from_the_start(log, fresh)


def begun(database: ReadDatabase, models: Sequence[ReadModel] = READ_MODELS) -> dict[str, progress.Progress]:
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in models])
        shapes.enter(connection, models)
        return progress.load(connection)
