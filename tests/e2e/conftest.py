"""The real parts that installations are put upon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def durable_postgres() -> Iterator[Postgres]:
    """PostgreSQL as in production: what it acknowledges is on disk. A test that halts it starts it again."""
    with Postgres(durable=True) as server:
        yield server
