"""Which request a log line belongs to, wherever in the process it is written."""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

from structlog.typing import EventDict

from telemetry import spans

REQUEST_ID: ContextVar[UUID | None] = ContextVar("request_id", default=None)
"""The request in hand; threads that work for it see the same."""


def add_ids(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A processor of log lines: adds the ids of the request and of its trace, where there are any."""
    request_id = REQUEST_ID.get()
    if request_id is not None:
        event.setdefault("request_id", str(request_id))
    trace_id = spans.trace_id()
    if trace_id is not None:
        event["trace_id"] = trace_id
    return event
