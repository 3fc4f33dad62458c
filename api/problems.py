"""The one place where errors become responses: RFC 9457 problems in the style of the Belgian REST guide.

What the caller sent is never repeated in an answer: it may be a number, a name or a subject. An unexpected
error is answered without a hint of what it was; the log has it, under the same request id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any
from uuid import UUID

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from api import problem_types as kinds
from api import status_messages
from api.lingering import LingeringResponse
from api.problem_types import ProblemType, issue_urn
from api.refusals import ClientGone, Refusal
from api.routes import method_of, route_of
from api.schemas.issues import issues_of_request
from api.security import record_denial
from application.views import MessagesNotFound, PreconditionFailed, RangeNotSatisfiable
from audit.proving.errors import NoLogYet, NotLoggedYet
from domain.errors import (
    Conflict,
    DomainError,
    Gone,
    IdempotencyKeyReused,
    InvalidInput,
    Issue,
    LimitReached,
    NotActivated,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Retryable,
    ScopeClosed,
)
from identity.errors import TokenMissing, TokenRefused
from storage.errors import StorageUnavailable
from telemetry.meters import REFUSALS

MEDIA_TYPE = "application/problem+json"
MAX_ISSUES = 50
"""How many issues one answer names; a hostile request could make millions."""

_REALM = 'Bearer realm="ebox"'
_RETRY_AFTER_SECONDS = 1
_NOTHING_DONE = "Nothing was done; the same request may succeed later."
_MAYBE_DONE = (
    "It may have been done. Repeat the request with the same Idempotency-Key; "
    "without one, look first whether it was done."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is told to the caller."""

    kind: ProblemType
    detail: str | None = None
    issues: Sequence[Issue] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False


def install(app: FastAPI) -> None:
    """Let the application answer every error through here."""
    for error in (DomainError, TokenRefused, StorageUnavailable, Refusal, ClientGone, HTTPException):
        app.add_exception_handler(error, _answer)
    app.add_exception_handler(RequestValidationError, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, NotAllowed):
        await record_denial(request, error)
    problem = problem_of(error)
    _count(request, problem)
    return answer_to(problem, request.scope)


def _count(request: Request, problem: Problem) -> None:
    route = route_of(request.scope)
    for reason in {issue.code for issue in problem.issues} or {problem.kind.urn.rpartition(":")[2]}:
        REFUSALS.labels(method_of(request.scope), route, reason).inc()


def answer_to(problem: Problem, scope: Scope) -> Response:
    """The response to this request: a problem, or a status message where its address answers with those."""
    dialect = status_messages.dialect_of(scope["path"])
    if dialect is None:
        return response_to(problem, scope["state"]["request_id"])
    told = status_messages.tell(dialect, problem.kind, problem.detail, problem.issues, scope)
    return _response(problem, told.status, status_messages.MEDIA_TYPE, msgspec.json.encode(told.message))


def response_to(problem: Problem, request_id: UUID) -> Response:
    """The response that tells of the problem; `instance` is the request's id."""
    content = msgspec.json.encode(problem_document(problem, request_id))
    return _response(problem, problem.kind.status, MEDIA_TYPE, content)


def _response(problem: Problem, status: int, media_type: str, content: bytes) -> Response:
    headers = {"Cache-Control": "no-store", **problem.headers}
    if problem.closes:
        headers["Connection"] = "close"
    # Who was too slow is not waited for once more.
    lingers = problem.closes and problem.kind is not kinds.REQUEST_TIMEOUT
    return (LingeringResponse if lingers else Response)(
        content, status_code=status, media_type=media_type, headers=headers
    )


def problem_document(problem: Problem, request_id: UUID) -> dict[str, Any]:
    """The problem as JSON has it."""
    kind = problem.kind
    document: dict[str, Any] = {"type": kind.urn}
    if kind.href:
        document["href"] = kind.href
    document |= {"title": kind.title, "status": kind.status}
    if problem.detail:
        document["detail"] = problem.detail
    document["instance"] = f"urn:uuid:{request_id}"
    if problem.issues:
        document["issues"] = [_issue(one) for one in problem.issues[:MAX_ISSUES]]
    return document


def _issue(issue: Issue) -> dict[str, str]:
    return {
        "type": issue_urn(issue.code),
        "title": issue.code,
        "detail": issue.detail,
        "in": issue.where,
        "name": issue.field,
    }


@singledispatch
def problem_of(error: Exception) -> Problem:
    """What to tell the caller about this error. Unknown errors tell nothing."""
    return Problem(kinds.INTERNAL_SERVER_ERROR)


@problem_of.register
def _(error: InvalidInput) -> Problem:
    return Problem(kinds.BAD_REQUEST, "The request breaks the rules that the issues name.", error.issues)


@problem_of.register
def _(error: RequestValidationError) -> Problem:
    issues = issues_of_request(error.errors())
    return Problem(kinds.BAD_REQUEST, "The request breaks the rules that the issues name.", issues)


@problem_of.register
def _(error: Refusal) -> Problem:
    return Problem(error.kind, error.detail, error.issues, error.headers, error.closes)


@problem_of.register
def _(error: ClientGone) -> Problem:
    return Problem(kinds.BAD_REQUEST, "The request was not complete.")


@problem_of.register
def _(error: NotAllowed) -> Problem:
    return Problem(kinds.NO_ACCESS, f"Not allowed: {error.reason}.", error.issues)


@problem_of.register
def _(error: NotFound) -> Problem:
    if error.position is None:
        return Problem(kinds.NOT_FOUND)
    return Problem(kinds.NOT_FOUND, headers={"Ebox-Position": str(error.position)})


@problem_of.register
def _(error: MessagesNotFound) -> Problem:
    issues = [Issue(f"items[{place}].messageId", error.code, "no such message") for place in error.places]
    return Problem(kinds.NOT_FOUND, "Nothing was changed.", issues)


@problem_of.register
def _(error: Gone) -> Problem:
    return Problem(kinds.GONE)


@problem_of.register
def _(error: Conflict) -> Problem:
    return Problem(kinds.CONFLICT)


@problem_of.register
def _(error: NotActivated) -> Problem:
    return Problem(kinds.CONFLICT, "The mailbox is not in use yet: log in and accept the terms first.")


@problem_of.register
def _(error: ScopeClosed) -> Problem:
    return Problem(kinds.CONFLICT, "The scope was decided already, or is over.")


@problem_of.register
def _(error: LimitReached) -> Problem:
    return Problem(kinds.TOO_MANY_REQUESTS, _NOTHING_DONE, headers=_retry_after(error.retry_after))


@problem_of.register
def _(error: IdempotencyKeyReused) -> Problem:
    issue = Issue("Idempotency-Key", error.code, "take a new key for another request", "header")
    return Problem(kinds.IDEMPOTENCY_KEY_REUSED, "This key came before, with another request.", (issue,))


@problem_of.register
def _(error: PreconditionFailed) -> Problem:
    return Problem(kinds.PRECONDITION_FAILED, "The document is not one that `If-Match` names.")


@problem_of.register
def _(error: RangeNotSatisfiable) -> Problem:
    headers = {"Content-Range": f"bytes */{error.size}"}
    return Problem(kinds.RANGE_NOT_SATISFIABLE, "No byte lies in this range.", headers=headers)


@problem_of.register
def _(error: Retryable) -> Problem:
    return _unavailable(_NOTHING_DONE, error.retry_after)


@problem_of.register
def _(error: NoLogYet) -> Problem:
    return _unavailable("There is no audit log here yet.", error.retry_after)


@problem_of.register
def _(error: NotLoggedYet) -> Problem:
    detail = "No checkpoint of the audit log covers it yet; in normal running the next one does."
    return Problem(kinds.NOT_LOGGED_YET, detail, headers=_retry_after(error.retry_after))


@problem_of.register
def _(error: OutcomeUnknown) -> Problem:
    return _unavailable(_MAYBE_DONE, error.retry_after)


@problem_of.register
def _(error: StorageUnavailable) -> Problem:
    return _unavailable(_NOTHING_DONE, _RETRY_AFTER_SECONDS)


@problem_of.register
def _(error: TokenRefused) -> Problem:
    kind = kinds.EXPIRED_ACCESS_TOKEN if error.reason == "expired" else kinds.INVALID_ACCESS_TOKEN
    challenge = f'{_REALM}, error="{error.error}"' if error.error else _REALM
    return Problem(kind, headers={"WWW-Authenticate": challenge})


@problem_of.register
def _(error: TokenMissing) -> Problem:
    return Problem(kinds.NO_ACCESS_TOKEN, headers={"WWW-Authenticate": _REALM})


@problem_of.register
def _(error: HTTPException) -> Problem:
    kind = kinds.BY_STATUS.get(error.status_code)
    if kind is None:
        kind = kinds.BAD_REQUEST if error.status_code < 500 else kinds.INTERNAL_SERVER_ERROR
    return Problem(kind, headers=error.headers or {})


def _unavailable(detail: str, seconds: int) -> Problem:
    return Problem(kinds.SERVICE_UNAVAILABLE, detail, headers=_retry_after(seconds))


def _retry_after(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
