"""Around every request: how many there may be at once, its id, its path without a trailing slash, its line in
the log, its place in a trace, what it adds to the meters, the last net for errors.

The log knows the route's template, never the path or the query: a path may carry an id somebody guessed, a
query a word somebody searched for. Exceptions are logged by type and place, because texts of libraries
quote their data.
"""

from __future__ import annotations

import time
import traceback
from typing import Any, Final
from uuid import UUID

import structlog
from opentelemetry.trace import Span, StatusCode
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import answer_to, problem_of
from api.routes import NO_ROUTE, method_of, route_of
from domain.errors import Busy
from domain.ids import new_id
from telemetry import spans
from telemetry.correlation import REQUEST_ID
from telemetry.meters import REQUEST_SECONDS, REQUESTS_IN_FLIGHT

AT_ONCE: Final = 2048
"""How many requests one process has in hand; one more is answered 503."""

_RETRY_AFTER_SECONDS: Final = 2
_ALWAYS_ANSWERED: Final = "/health/"
"""A supervisor that gets no answer would restart a process that has merely much to do."""
_UNTRACED: Final = (_ALWAYS_ANSWERED, "/metrics")

_log = structlog.get_logger("ebox.api")


class RequestContext:
    """ASGI middleware, outermost of ours."""

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._at_once = at_once
        self._in_hand = 0
        self._seconds: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["path"].endswith("/") and len(scope["path"]) > 1:
            scope["path"] = scope["path"].rstrip("/") or "/"
        token = REQUEST_ID.set(request_id)
        try:
            if spans.is_tracing() and not scope["path"].startswith(_UNTRACED):
                with spans.request(method_of(scope), _traceparent(scope)) as span:
                    await self._handle(scope, receive, _Answer(send, request_id), span)
            else:
                await self._handle(scope, receive, _Answer(send, request_id), None)
        finally:
            REQUEST_ID.reset(token)

    async def _handle(self, scope: Scope, receive: Receive, answer: _Answer, span: Span | None) -> None:
        request_id: UUID = scope["state"]["request_id"]
        began = time.perf_counter()
        self._in_hand += 1
        REQUESTS_IN_FLIGHT.inc()
        try:
            is_too_much = self._in_hand > self._at_once and not scope["path"].startswith(_ALWAYS_ANSWERED)
            await (_refuse if is_too_much else self._app)(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last net; logged, and answered without a hint
            _log.error("failed", request_id=str(request_id), **_place_of(error))
            if answer.status is None:
                await answer_to(problem_of(error), scope)(scope, receive, answer)
            # Else part of an answer is gone already: returning makes the server cut the connection.
        finally:
            self._in_hand -= 1
            REQUESTS_IN_FLIGHT.dec()
            seconds = time.perf_counter() - began
            method, route = method_of(scope), route_of(scope)
            self._meter(method, route, answer.status).observe(seconds)
            if span is not None and span.is_recording():
                _describe(span, method, route, answer.status, request_id)
            _log.info(
                "request",
                method=method,
                route=None if route == NO_ROUTE else route,
                status=answer.status,
                ms=round(seconds * 1000, 2),
                request_id=str(request_id),
            )

    def _meter(self, method: str, route: str, status: int | None) -> Histogram:
        """The series of this kind of request; kept, as finding it costs as much as using it."""
        key = method, route, (status or 0) // 100
        meter = self._seconds.get(key)
        if meter is None:
            status_class = f"{key[2]}xx" if status else "none"
            meter = self._seconds[key] = REQUEST_SECONDS.labels(method, route, status_class)
        return meter


def _traceparent(scope: Scope) -> str | None:
    """The caller's trace, if it names exactly one (W3C Trace Context §3.2)."""
    found = [value for name, value in scope["headers"] if name == b"traceparent"]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _describe(span: Span, method: str, route: str, status: int | None, request_id: UUID) -> None:
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route})
    span.set_attributes({"ebox.request_id": str(request_id), "http.response.status_code": status or 0})
    if status is None or status >= 500:
        span.set_status(StatusCode.ERROR)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    busy = Busy("requests", _RETRY_AFTER_SECONDS)
    await answer_to(problem_of(busy), scope)(scope, receive, send)


class _Answer:
    """Passes the answer on, with the request's id in its headers."""

    def __init__(self, send: Send, request_id: UUID) -> None:
        self._send = send
        self._header = (b"ebox-request-id", str(request_id).encode())
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), self._header]
        await self._send(message)


def _place_of(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < 5:
        names.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return {"error": names, "frames": [f"{one.filename}:{one.lineno} {one.name}" for one in frames]}
