"""What the writer adds to the meters: facts by topic, batches, and what was not appended."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from domain.errors import Busy, Unavailable
from eventstore.errors import VersionConflict
from eventstore.writer import Writer
from tests.logbook import raw
from tests.unit.eventstore.memory_recorder import WITHIN, MemoryRecorder


def value(series: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(series, labels) or 0.0


def failed(reason: str) -> float:
    return value("ebox_event_store_append_failures_total", reason=reason)


@pytest.fixture
def recorder() -> MemoryRecorder:
    return MemoryRecorder()


@pytest.fixture
def writer(recorder: MemoryRecorder) -> Iterator[Writer]:
    writer = Writer(recorder, lambda _position: None, queue_events=2, retry_seconds=())
    yield writer
    recorder.gate.set()
    writer.close()


def test_facts_are_counted_by_topic_once_they_are_committed(writer: Writer) -> None:
    topics = ("test.first", "test.second")
    before = [value("ebox_events_appended_total", topic=topic) for topic in topics]
    batches = value("ebox_event_store_batch_events_count")
    stream = uuid4()
    writer.submit([raw(stream, 1, topic=topics[0]), raw(stream, 2, topic=topics[1])]).result(WITHIN)
    with pytest.raises(VersionConflict):
        writer.submit([raw(stream, 2, b"another", topic=topics[1])]).result(WITHIN)
    after = [value("ebox_events_appended_total", topic=topic) for topic in topics]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1]
    assert value("ebox_event_store_batch_events_count") == batches + 2


def test_what_is_not_appended_is_counted_by_its_reason(writer: Writer, recorder: MemoryRecorder) -> None:
    reasons = ("conflict", "outcome_unknown", "unavailable", "failed", "busy")
    before = {reason: failed(reason) for reason in reasons}
    stream = uuid4()
    writer.submit([raw(stream, 1)]).result(WITHIN)
    recorder.failures = ["after", "refused", "mistake"]
    for _ in range(3):
        with pytest.raises((Unavailable, ZeroDivisionError)):
            writer.submit([raw(uuid4(), 1)]).result(WITHIN)
    with pytest.raises(VersionConflict):
        writer.submit([raw(stream, 1, b"another")]).result(WITHIN)

    recorder.entered.clear()
    recorder.gate.clear()
    held = [writer.submit([raw(uuid4(), 1)])]
    assert recorder.entered.wait(WITHIN)
    held += [writer.submit([raw(uuid4(), 1), raw(uuid4(), 1)])]
    with pytest.raises(Busy):
        writer.submit([raw(uuid4(), 1)])
    recorder.gate.set()
    for future in held:
        future.result(WITHIN)
    assert {reason: failed(reason) - before[reason] for reason in reasons} == dict.fromkeys(reasons, 1)
