"""What is traced, and that it says no more than it should."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from telemetry import spans
from telemetry.correlation import add_ids
from telemetry.exporting import sampling
from threads import BoundedThreads

CALLERS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{CALLERS_TRACE}-00f067aa0ba902b7-01"


class Recording:
    """Spans end up in a list."""

    def __init__(self, sampler: Sampler) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler, shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        spans.record_with(provider.get_tracer("test"))

    @property
    def ended(self) -> dict[str, ReadableSpan]:
        """Those that ended, by name."""
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def recording() -> Iterator[Recording]:
    yield Recording(sampling(1.0))
    spans.record_with(None)


@spans.traced("use case")
async def use_case(fails_with: Exception | None = None) -> str | None:
    """Something that a request asks for."""
    if fails_with is not None:
        raise fails_with
    return spans.trace_id()


async def test_without_a_collector_nothing_is_recorded_and_nothing_changes() -> None:
    with spans.request("GET", TRACEPARENT) as span:
        assert not span.is_recording()
        assert await use_case() is None
    assert add_ids(None, "info", {}) == {}


async def test_a_use_case_is_a_step_of_its_request(recording: Recording) -> None:
    with spans.request("GET", None):
        await use_case()
    request, step = recording.ended["GET"], recording.ended["use case"]
    assert step.parent is not None
    assert step.parent.span_id == request.context.span_id


async def test_steps_outside_of_any_recorded_work_are_not_recorded(recording: Recording) -> None:
    await use_case()
    assert recording.ended == {}
    with spans.work("page", events=3):
        await use_case()
    assert dict(recording.ended["page"].attributes or {}) == {"ebox.events": 3}
    assert "use case" in recording.ended


async def test_a_callers_trace_is_continued_without_the_free_text_that_may_come_along(
    recording: Recording,
) -> None:
    with spans.request("GET", TRACEPARENT):
        assert await use_case() == CALLERS_TRACE
        assert add_ids(None, "info", {})["trace_id"] == CALLERS_TRACE
    assert recording.ended["GET"].context.trace_state == {}


@pytest.mark.parametrize("header", ["nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "é", ""])
async def test_a_header_that_names_no_trace_begins_a_new_one(recording: Recording, header: str) -> None:
    with spans.request("GET", header):
        assert await use_case() not in {None, "0" * 32}


async def test_of_an_error_only_the_type_is_told(recording: Recording) -> None:
    with suppress(ValueError), spans.request("GET", None):
        await use_case(ValueError("81050103522"))
    for span in recording.ended.values():
        assert "81050103522" not in span.to_json()
        assert dict(span.attributes or {}) == {"error.type": "builtins.ValueError"}
        assert span.status.status_code is trace.StatusCode.ERROR
        assert not span.events


@pytest.mark.parametrize("traceparent", [None, TRACEPARENT])
async def test_the_ratio_decides_even_where_the_caller_asks_to_be_recorded(traceparent: str | None) -> None:
    recording = Recording(sampling(0.0))
    try:
        with spans.request("GET", traceparent):
            assert await use_case() is not None, "the trace can be followed in the log all the same"
    finally:
        spans.record_with(None)
    assert recording.ended == {}


async def test_a_thread_that_works_for_a_request_belongs_to_its_trace(recording: Recording) -> None:
    threads = BoundedThreads("test", 1, waiting=1, seconds=5.0)
    with spans.request("GET", TRACEPARENT):
        assert await threads.run(spans.trace_id) == CALLERS_TRACE
    await asyncio.to_thread(threads.close)
    assert "GET" in recording.ended
