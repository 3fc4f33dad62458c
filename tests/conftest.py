"""The real servers as fixtures: started when the first test asks, stopped at the end of the run.

A server that is not installed is an error that says what to install, never a skipped test: a run that is green has
met them all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster for the whole run, without fsync; tests of durability start one of their own."""
    with Postgres() as server:
        yield server


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)
