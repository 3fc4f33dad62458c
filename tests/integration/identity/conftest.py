"""A world on SQLite for most tests, and an engine on each database for the tests about the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.integration.identity.world import World, engine_for


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An authorization server on SQLite."""
    engine = engine_for(f"sqlite:///{tmp_path / 'keys.sqlite'}")
    yield World(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The key store's database, once as SQLite and once as a real PostgreSQL."""
    url = (
        f"sqlite:///{tmp_path / 'keys.sqlite'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_database")
    )
    engine = engine_for(url)
    yield engine
    engine.dispose()
