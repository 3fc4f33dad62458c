"""One rebuild of a model at a time: another one waits a little and then says why it cannot."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import Connection, update

from bootstrap import rebuilding
from bootstrap.errors import CannotStart
from bootstrap.migration import migrate
from bootstrap.rebuilding import rebuild, rebuild_outdated
from bootstrap.system import System
from domain.errors import Unavailable
from projections import shapes
from projections.model import ReadModel
from projections.models import READ_MODELS
from projections.shapes import SHAPES
from settings import Settings
from tests.servers.postgres import Postgres

INBOX = READ_MODELS[0]


@pytest.fixture
async def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[System]:
    """Migrated; nothing has happened in it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    system = System(Settings(data_dir=tmp_path / "data", demo=False))
    list(migrate(system))
    yield system
    await system.aclose()


async def test_a_second_rebuild_of_a_model_says_that_there_is_a_first(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "ALONE_WITHIN_SECONDS", 0.1)
    first = system.events.leadership("rebuild-inbox")
    assert first.acquire(Flag())
    with pytest.raises(CannotStart, match="inbox is being rebuilt already"):
        next(rebuild(system, INBOX))
    first.release()
    for _ in rebuild(system, INBOX):
        pass


async def test_a_migration_does_not_build_what_the_one_before_it_has_built(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    with system.read_database.writing() as connection:
        connection.execute(update(SHAPES).where(SHAPES.c.model == INBOX.name).values(shape="another"))
    first = rebuild_outdated(system)
    assert "inbox: has another shape" in next(first)
    looked = Flag()

    def outdated(connection: Connection, models: Collection[ReadModel]) -> list[ReadModel]:
        found = real(connection, models)
        looked.set()
        return found

    real = shapes.outdated
    monkeypatch.setattr(shapes, "outdated", outdated)
    lines: list[str] = []
    second = Thread(target=lambda: lines.extend(rebuild_outdated(system)))
    second.start()
    assert looked.wait(10)
    assert "inbox: built anew" in next(first)
    assert list(first) == []
    second.join(20)
    assert not second.is_alive()
    assert lines == []


async def test_a_rebuild_without_its_event_store_ends(
    tmp_path: Path, postgres: Postgres, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "ALONE_WITHIN_SECONDS", 0.1)
    url = postgres.create_database()
    events = Settings.model_validate({"data_dir": tmp_path / "away", "demo": False, "event_store_url": url})
    away = System(events)
    postgres.drop_database(url)
    with pytest.raises(Unavailable):
        next(rebuild(away, INBOX))
    await away.aclose()
