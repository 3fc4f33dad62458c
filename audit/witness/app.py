"""The server of a witness: `POST /add-checkpoint`, and nothing else.

Bodies are bounded in size and time while they come in. All judging is done by one thread, so that of two
requests for one log the second is compared with what the first one left.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from audit.witness.errors import (
    ClockWrong,
    NotCosigned,
    OldSizeTooLarge,
    OriginUnknown,
    ProofWrong,
    RequestMalformed,
    RootConflict,
    SignatureMissing,
    SizeConflict,
)
from audit.witness.requests import LARGEST_BODY
from audit.witness.service import Witness
from domain.errors import Retryable
from threads import BoundedThreads

BODY_SECONDS: Final = 10.0
"""A whole body takes no longer."""

JUDGING_SECONDS: Final = 10.0
WAITING: Final = 64
"""Requests that may wait for the one thread; a further one is answered 503."""

SIZE_TYPE: Final = "text/x.tlog.size"

_STATUSES: Final[dict[type[NotCosigned], int]] = {
    RequestMalformed: 400,
    OldSizeTooLarge: 400,
    SignatureMissing: 403,
    OriginUnknown: 404,
    SizeConflict: 409,
    RootConflict: 409,
    ProofWrong: 422,
    ClockWrong: 503,
}
"""C2SP tlog-witness; it names no status for a witness that cannot vouch for the time."""

_log = structlog.get_logger(__name__)


def witness_app(witness: Witness) -> Starlette:
    """The server; closes the witness at its end."""
    judging = BoundedThreads("witness", 1, waiting=WAITING, seconds=JUDGING_SECONDS)

    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
            if body is None:
                return _last_words(413, f"a request is at most {LARGEST_BODY} bytes")
            lines = await judging.run(witness.add_checkpoint, body)
        except TimeoutError:
            return _last_words(408, f"a request takes at most {BODY_SECONDS:g} s")
        except ClientDisconnect:
            return Response(status_code=400)
        except NotCosigned as refused:
            return _refusal(refused)
        except (Retryable, sqlite3.Error) as error:
            _log.error("witness.cannot_remember", error=type(error).__name__)
            return _words(503, "cannot remember what it would cosign; ask again later")
        return Response(lines, media_type="text/plain")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            judging.close()
            witness.close()

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])], lifespan=lifespan)


async def _body(request: Request) -> bytes | None:
    """The whole body, or None as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _refusal(refused: NotCosigned) -> Response:
    if isinstance(refused, SizeConflict):
        return Response(f"{refused.size}\n".encode(), 409, headers={"Content-Type": SIZE_TYPE})
    return _words(_STATUSES[type(refused)], str(refused))


def _words(status: int, text: str) -> Response:
    return Response(f"{text}\n", status, media_type="text/plain")


def _last_words(status: int, text: str) -> Response:
    """An answer before the body's end, whose rest nobody reads: the connection ends with it."""
    response = _words(status, text)
    response.headers["Connection"] = "close"
    return response
