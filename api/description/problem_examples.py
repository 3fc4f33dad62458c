"""Examples of problems, made as the problems themselves are, so that none can drift from what is answered."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from api import problem_types as kinds
from api.description import ids
from api.problem_types import ProblemType
from api.problems import Problem, problem_document, problem_of
from api.refusals import Refusal
from api.schemas import problem as shapes
from application.views import PreconditionFailed, RangeNotSatisfiable
from audit.proving.errors import NotLoggedYet
from domain.errors import (
    Conflict,
    Gone,
    IdempotencyKeyReused,
    InvalidInput,
    Issue,
    LimitReached,
    NotActivated,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    ScopeClosed,
    Unavailable,
)
from identity.errors import TokenMissing, TokenRefused

_BAD_REQUEST: Final = "badRequestIn"
_ISSUES: Final = {
    "body": Issue("messageToPublish.subject.nl", "tooLong", "at most 400"),
    "query": Issue("pageSize", "schemaViolation", "must be at most 100", "query"),
    "header": Issue("Ebox-Position", "schemaViolation", "must be a whole number", "header"),
    "path": Issue("messageId", "schemaViolation", "must be a UUID", "path"),
}


def _refused(kind: ProblemType, detail: str, *issues: Issue) -> Problem:
    return problem_of(Refusal(kind, detail, *issues))


_TOO_LARGE: Final = "at most 26214400 bytes"
_PROBLEMS: Final = {
    **{_BAD_REQUEST + place.capitalize(): problem_of(InvalidInput(one)) for place, one in _ISSUES.items()},
    "noAccessToken": problem_of(TokenMissing("no token")),
    "invalidAccessToken": problem_of(TokenRefused("unknown key")),
    "expiredAccessToken": problem_of(TokenRefused("expired")),
    "noAccess": problem_of(NotAllowed("not a partner organisation")),
    "resourceNotFound": problem_of(NotFound("message")),
    "notLoggedYet": problem_of(NotLoggedYet("event")),
    "methodNotAllowed": Problem(kinds.METHOD_NOT_ALLOWED),
    "requestTimeout": _refused(kinds.REQUEST_TIMEOUT, "The body stopped coming."),
    "conflict": problem_of(Conflict("opened")),
    "scopeClosed": problem_of(ScopeClosed("refused")),
    "notActivated": problem_of(NotActivated("mailbox")),
    "gone": problem_of(Gone("mailbox")),
    "preconditionFailed": problem_of(PreconditionFailed("digest")),
    "payloadTooLarge": _refused(
        kinds.PAYLOAD_TOO_LARGE, _TOO_LARGE, Issue("upfile1", "tooLarge", _TOO_LARGE)
    ),
    "unsupportedMediaType": _refused(kinds.UNSUPPORTED_MEDIA_TYPE, "Send application/json."),
    "rangeNotSatisfiable": problem_of(RangeNotSatisfiable(184_320)),
    "idempotencyKeyReused": problem_of(IdempotencyKeyReused("key")),
    "tooManyRequests": problem_of(LimitReached("codes", 3600)),
    "requestHeaderFieldsTooLarge": Problem(kinds.HEADERS_TOO_LARGE),
    "internalServerError": problem_of(RuntimeError()),
    "notImplemented": Problem(kinds.NOT_IMPLEMENTED),
    "serviceUnavailable": problem_of(Unavailable("event store")),
    "outcomeUnknown": problem_of(OutcomeUnknown("event store")),
}


def problem_examples() -> dict[str, Any]:
    """Every example by name, as `components/examples` has them."""
    return {
        name: {"summary": problem.kind.title, "value": problem_document(problem, ids.REQUEST)}
        for name, problem in _PROBLEMS.items()
    }


def problem_of_a_number(field: str) -> shapes.Problem:
    """The problem of one item of many, whose number is none."""
    issue = Issue(field, "invalidIdentifier", "its check digits are wrong")
    return msgspec.convert(problem_document(problem_of(InvalidInput(issue)), ids.REQUEST), shapes.Problem)


def names_of(status: int, places: set[str]) -> list[str]:
    """The examples of an answer with this status, where an input can be wrong in these places."""
    wanted = {_BAD_REQUEST + place.capitalize() for place in places or {"query"}}
    return [
        name
        for name, problem in _PROBLEMS.items()
        if problem.kind.status == status and (name in wanted or not name.startswith(_BAD_REQUEST))
    ]
