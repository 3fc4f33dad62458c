"""A log and a read database, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.database import ReadDatabase
from tests.integration.projections.log import Log, a_log
from tests.servers.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """On which database the test runs."""
    return str(request.param)


@pytest.fixture
def log(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """An empty log."""
    url = f"sqlite:///{tmp_path}/events.sqlite"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_database")
    with a_log(url, tmp_path) as log:
        yield log


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadDatabase]:
    """Read models in which nothing has happened yet; in PostgreSQL in the log's own database."""
    url = f"sqlite:///{tmp_path}/read.sqlite"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_database")
    yield from _made(url)


@pytest.fixture
def fresh(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadDatabase]:
    """A second, empty database of the same kind, for a rebuild to compare with."""
    if backend == "sqlite":
        yield from _made(f"sqlite:///{tmp_path}/fresh.sqlite")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.create_database()
        yield from _made(url)
        postgres.drop_database(url)


def _made(url: str) -> Iterator[ReadDatabase]:
    database = ReadDatabase(url)
    database.create_tables()
    yield database
    database.close()
