"""Event stores on every database there is one for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstore.keystore import KeyStore
from eventstore.recorder import BatchRecorder
from eventstore.store import EventStore
from tests.logbook import a_key_store, an_event_store

WITHIN = 30.0


@pytest.fixture(params=["sqlite", "postgresql"])
def event_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty event store may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/events.sqlite"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def key_store(tmp_path: Path) -> Iterator[KeyStore]:
    """An empty key store."""
    with a_key_store(tmp_path) as store:
        yield store


@pytest.fixture
def event_store(event_store_url: str, key_store: KeyStore) -> Iterator[EventStore]:
    """An empty event store."""
    with an_event_store(event_store_url, key_store.keys) as store:
        yield store


@pytest.fixture
def recorder(event_store: EventStore) -> BatchRecorder:
    """What is under the writer."""
    return event_store.recorder
