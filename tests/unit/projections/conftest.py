"""A story over real SQLite read models, told once event by event and once in one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.database import ReadDatabase
from tests.unit.projections.story import Story


@pytest.fixture(params=[1, 500], ids=["event by event", "in one page"])
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Story]:
    """A story in which nothing has happened yet."""
    database = ReadDatabase(f"sqlite:///{tmp_path}/read.sqlite")
    database.create_tables()
    yield Story(database, request.param)
    database.close()
