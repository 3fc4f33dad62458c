"""Sends spans to a collector (OTLP over HTTP). Loaded only where there is one: the SDK is large."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from threading import Thread
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, Sampler, TraceIdRatioBased

from telemetry import spans

SEND_SECONDS: Final = 5.0
QUEUE_SPANS: Final = 2048
"""What waits for a collector that does not answer; more is dropped."""

_PATH: Final = "/v1/traces"


def begin(url: str, role: str, ratio: float) -> Callable[[], None]:
    """Record `ratio` of all traces and send them to a collector. Returns how to end, which sends the rest."""
    provider = TracerProvider(
        sampler=sampling(ratio),
        resource=Resource(
            {
                "service.name": "ebox",
                "service.version": version("ebox-mailbox"),
                "service.instance.id": str(uuid4()),
                "ebox.role": role,
            }
        ),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=_endpoint(url), timeout=SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=QUEUE_SPANS))
    spans.record_with(provider.get_tracer("ebox"))

    def end() -> None:
        spans.record_with(None)
        # By itself it waits half a minute for a collector that hangs; a role has less to end in.
        sending = Thread(target=provider.shutdown, daemon=True)
        sending.start()
        sending.join(SEND_SECONDS)

    return end


def sampling(ratio: float) -> Sampler:
    """Decides by the trace's id, also where the caller asks to be recorded: outsiders may name a trace, not
    make us record everything.
    """
    by_ratio = TraceIdRatioBased(ratio)
    return ParentBased(by_ratio, remote_parent_sampled=by_ratio, remote_parent_not_sampled=ALWAYS_OFF)


def _endpoint(url: str) -> str:
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + _PATH
