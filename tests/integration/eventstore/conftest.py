"""A PostgreSQL that may be stopped and crashed, with an event store in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from tests.logbook import a_key_store, an_event_store
from tests.servers.postgres import Postgres


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A cluster of this module's own, with commits that last."""
    with Postgres(durable=True) as server:
        yield server


@pytest.fixture
def url(own_postgres: Postgres) -> Iterator[str]:
    """A fresh database on it."""
    url = own_postgres.create_database()
    yield url
    own_postgres.drop_database(url)


@pytest.fixture
def key_store(tmp_path: Path) -> Iterator[KeyStore]:
    """An empty key store."""
    with a_key_store(tmp_path) as store:
        yield store


@pytest.fixture
def store(url: str, key_store: KeyStore) -> Iterator[EventStore]:
    """An empty event store."""
    with an_event_store(url, key_store.keys) as store:
        yield store
