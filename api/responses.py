"""Answers as bytes, and how the API's description speaks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from starlette.responses import Response

from api import problem_types as kinds
from api.problem_types import ProblemType

POSITION_HEADER: Final = {
    "Ebox-Position": {
        "description": "The position in the event store that the answer includes.",
        "schema": {"type": "integer", "minimum": 0},
    }
}

_encode = msgspec.json.Encoder().encode

_USUAL: Final = (
    kinds.BAD_REQUEST,
    kinds.INVALID_ACCESS_TOKEN,
    kinds.NO_ACCESS,
    kinds.INTERNAL_SERVER_ERROR,
    kinds.SERVICE_UNAVAILABLE,
)
"""What any guarded route may answer with."""


def json_answer(
    content: msgspec.Struct,
    *,
    status: int = 200,
    position: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The content as JSON. Personal, so that nobody on the way keeps it."""
    answer = Response(_encode(content), status, media_type="application/json")
    answer.headers["Cache-Control"] = "private, no-store"
    if position is not None:
        answer.headers["Ebox-Position"] = str(position)
    answer.headers.update(headers or {})
    return answer


def described(
    status: int,
    schema: type[msgspec.Struct],
    *more: ProblemType,
    headers: Mapping[str, Any] | None = None,
    usual: bool = True,
) -> dict[int | str, dict[str, Any]]:
    """The description of a route's answers: the good one, and every problem it may answer with."""
    good = {
        "description": (schema.__doc__ or "").strip(),
        "content": {"application/json": {"schema": _reference(schema)}},
        "headers": dict(headers or {}),
    }
    return {status: good, **problems(*more, usual=usual)}


def json_list(content: Sequence[msgspec.Struct], status: int = 200) -> Response:
    """A bare list as JSON, where a public description wants one."""
    headers = {"Cache-Control": "private, no-store"}
    return Response(_encode(content), status, media_type="application/json", headers=headers)


def problems(*more: ProblemType, usual: bool = True) -> dict[int | str, dict[str, Any]]:
    """The description of the problems that a route may answer with."""
    found = [*(_USUAL if usual else ()), *more]
    return {kind.status: _problem(kind) for kind in sorted(found, key=lambda kind: kind.status)}


def headers_of(kind: ProblemType) -> dict[str, Any]:
    """How the description speaks of the headers that a problem comes with."""
    headers: dict[str, Any] = {}
    if kind.status == kinds.INVALID_ACCESS_TOKEN.status:
        headers["WWW-Authenticate"] = {"description": "RFC 6750 §3.", "schema": {"type": "string"}}
    if kind in (kinds.SERVICE_UNAVAILABLE, kinds.TOO_MANY_REQUESTS, kinds.NOT_LOGGED_YET):
        headers["Retry-After"] = {"description": "Seconds.", "schema": {"type": "integer"}}
    return headers


def _problem(kind: ProblemType) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": kind.title,
        "content": {"application/problem+json": {"schema": schema}},
        "headers": headers_of(kind),
    }


def _reference(schema: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}
