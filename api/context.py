"""Around every request: how many there may be at once, its id, its path without a trailing slash, its line in
the log, the last net for errors.

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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_of, response_to
from domain.errors import Busy
from domain.ids import new_id

AT_ONCE: Final = 2048
"""How many requests one process has in hand; one more is answered 503."""

_RETRY_AFTER_SECONDS: Final = 2
_ALWAYS_ANSWERED: Final = "/health/"
"""A supervisor that gets no answer would restart a process that has merely much to do."""

_log = structlog.get_logger("ebox.api")


class RequestContext:
    """ASGI middleware, outermost of ours."""

    def __init__(self, app: ASGIApp, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._at_once = at_once
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        if scope["path"].endswith("/") and len(scope["path"]) > 1:
            scope["path"] = scope["path"].rstrip("/") or "/"
        answer = _Answer(send, request_id)
        began = time.perf_counter()
        self._in_hand += 1
        try:
            is_too_much = self._in_hand > self._at_once and not scope["path"].startswith(_ALWAYS_ANSWERED)
            await (_refuse if is_too_much else self._app)(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last net; logged, and answered without a hint
            _log.error("failed", request_id=str(request_id), **_place_of(error))
            if answer.status is None:
                await response_to(problem_of(error), request_id)(scope, receive, answer)
            # Else part of an answer is gone already: returning makes the server cut the connection.
        finally:
            self._in_hand -= 1
            _log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", None),
                status=answer.status,
                ms=round((time.perf_counter() - began) * 1000, 2),
                request_id=str(request_id),
            )


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    busy = Busy("requests", _RETRY_AFTER_SECONDS)
    await response_to(problem_of(busy), scope["state"]["request_id"])(scope, receive, send)


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
