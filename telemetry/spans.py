"""Traces: what took how long within one request, one page, one mail (OpenTelemetry).

Nothing is recorded, and next to nothing is spent, unless `record_with` was given a tracer: bootstrap does
that where there is a collector to send spans to. A span's attributes are opaque ids, counts, templates and
codes. Of an exception only the type is noted: its text, and the stack that OpenTelemetry would add, may
quote what they were about.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from types import TracebackType
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from opentelemetry import context, trace
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

P = ParamSpec("P")
T = TypeVar("T")
Value: TypeAlias = str | int | float | bool
UseCase: TypeAlias = Callable[P, Coroutine[Any, Any, T]]

_TRACEPARENT: Final = "traceparent"
_PROPAGATOR: Final = TraceContextTextMapPropagator()
_NOTHING: Final = nullcontext(INVALID_SPAN)


class _Tracing:
    """Whether, and with what, this process traces."""

    tracer: Tracer | None = None


def record_with(tracer: Tracer | None) -> None:
    """From now on begin spans with this tracer; with none, record nothing."""
    _Tracing.tracer = tracer


def span(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    """A step of the work in hand, where that is being recorded; an attribute `x` is called `ebox.x`."""
    tracer = _Tracing.tracer
    if tracer is None or not trace.get_current_span().is_recording():
        return _NOTHING
    return _Recorded(tracer.start_span(name, attributes=_named(attributes)))


def work(name: str, **attributes: Value) -> AbstractContextManager[Span]:
    """A piece of work of its own, not part of a request; the sampling decides whether it is recorded."""
    tracer = _Tracing.tracer
    if tracer is None:
        return _NOTHING
    return _Recorded(tracer.start_span(name, context.Context(), SpanKind.CONSUMER, _named(attributes)))


def request(name: str, traceparent: str | None) -> AbstractContextManager[Span]:
    """A request, as part of the caller's trace where it names one (W3C Trace Context).

    The caller's `tracestate` is not passed on: it is free text, and would leave with our spans.
    """
    tracer = _Tracing.tracer
    if tracer is None:
        return _NOTHING
    carrier = {} if traceparent is None else {_TRACEPARENT: traceparent}
    parent = _PROPAGATOR.extract(carrier, context.Context())
    return _Recorded(tracer.start_span(name, parent, SpanKind.SERVER))


def is_tracing() -> bool:
    """Whether this process records any spans."""
    return _Tracing.tracer is not None


def trace_id() -> str | None:
    """The trace that the work in hand belongs to, as 32 hexadecimal digits."""
    if _Tracing.tracer is None:
        return None
    current = trace.get_current_span().get_span_context()
    return trace.format_trace_id(current.trace_id) if current.is_valid else None


def traced(name: str) -> Callable[[UseCase[P, T]], UseCase[P, T]]:
    """For a use case: each call is a step of the request that it is for."""

    def decorate(call: UseCase[P, T]) -> UseCase[P, T]:
        @wraps(call)
        async def called(*args: P.args, **kwargs: P.kwargs) -> T:
            with span(name):
                return await call(*args, **kwargs)

        return called

    return decorate


def _named(attributes: dict[str, Value]) -> dict[str, Value]:
    return {f"ebox.{name}": value for name, value in attributes.items()}


class _Recorded(AbstractContextManager[Span]):
    """Current while its block runs, ended with it."""

    def __init__(self, recorded: Span) -> None:
        self._span = recorded

    def __enter__(self) -> Span:
        self._token = context.attach(trace.set_span_in_context(self._span))
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        context.detach(self._token)
        if kind is not None:
            name = f"{kind.__module__}.{kind.__qualname__}"
            self._span.set_attribute("error.type", name)
            self._span.set_status(Status(StatusCode.ERROR, name))
        self._span.end()
