"""What the layers add to the meters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from storage.errors import ObjectNotFound
from storage.filesystem import FilesystemObjectStore
from storage.keys import new_object_key
from storage.metered import MeteredObjectStore


class Growth:
    """How much a series grew since this was made."""

    def __init__(self, series: str, **labels: str) -> None:
        self._series, self._labels = series, labels
        self._before = self._now()

    def __int__(self) -> int:
        return int(self._now() - self._before)

    def _now(self) -> float:
        return REGISTRY.get_sample_value(self._series, self._labels) or 0.0


@pytest.fixture
def objects(tmp_path: Path) -> MeteredObjectStore:
    store = MeteredObjectStore(FilesystemObjectStore(tmp_path))
    store.prepare()
    return store


def test_an_object_store_counts_bytes_operations_and_failures(objects: MeteredObjectStore) -> None:
    stored = Growth("ebox_document_bytes_total", direction="stored")
    read = Growth("ebox_document_bytes_total", direction="read")
    puts = Growth("ebox_object_store_duration_seconds_count", operation="put")
    failed = Growth("ebox_object_store_failures_total", operation="read")

    key = new_object_key()
    objects.put(key, BytesIO(b"twelve bytes"), 12)
    assert objects.read(key, 0, 6) == b"twelve"
    with pytest.raises(ObjectNotFound):
        objects.read(new_object_key(), 0, 1)

    assert (int(stored), int(read), int(puts), int(failed)) == (12, 6, 1, 1)
    assert [entry.key for entry in objects.list()] == [key]
    objects.delete(key)
    assert list(objects.list()) == []


def test_a_role_that_must_be_single_shows_who_has_it(tmp_path: Path) -> None:
    from threading import Event

    from eventstore.errors import LeadershipLost
    from eventstore.leader import FileLeadership, MeteredLeadership

    role = f"test-{uuid4()}"
    leadership = MeteredLeadership(FileLeadership(str(tmp_path / "lock")), role)

    def leads() -> float | None:
        return REGISTRY.get_sample_value("ebox_leader", {"role": role})

    assert leads() == 0
    assert leadership.acquire(Event())
    leadership.check()
    assert leads() == 1
    leadership.release()
    assert leads() == 0
    with pytest.raises(LeadershipLost):
        leadership.check()
