"""The cache forgets in time and in size."""

from __future__ import annotations

import pytest

from eventstore import cache
from eventstore.cache import BoundedCache


class _Watch:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """The present moment, in seconds."""
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    """The cache's clock."""
    hands = _Watch()
    monkeypatch.setattr(cache, "time", hands)
    return hands


def test_an_entry_is_forgotten_when_its_own_time_is_over(watch: _Watch) -> None:
    entries: BoundedCache[str, int] = BoundedCache(10)
    entries.put("short", 1, seconds=1)
    entries.put("long", 2, seconds=60)
    watch.now += 1
    assert entries.get("short", None) is None
    assert entries.get("long", None) == 2


def test_the_entry_least_used_makes_room(watch: _Watch) -> None:
    entries: BoundedCache[str, int] = BoundedCache(2)
    entries.put("one", 1, seconds=60)
    entries.put("two", 2, seconds=60)
    assert entries.get("one", None) == 1
    entries.put("three", 3, seconds=60)
    assert entries.get("two", None) is None
    assert entries.get("one", None) == 1


def test_an_entry_can_be_dropped_at_once(watch: _Watch) -> None:
    entries: BoundedCache[str, int] = BoundedCache(2)
    entries.put("one", 1, seconds=60)
    entries.drop("one")
    entries.drop("never there")
    assert entries.get("one", None) is None
