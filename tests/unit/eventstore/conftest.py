"""A key ring with keys, and the mapper over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper
from tests.logbook import a_key_store


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyRing]:
    """The key ring of an empty key store."""
    with a_key_store(tmp_path) as store:
        yield store.keys


@pytest.fixture
def mapper(keys: KeyRing) -> EventMapper:
    """The mapper over that ring."""
    return EventMapper(keys)
