"""Errors in the words of the e-Box's public descriptions, for the addresses that follow one of those.

What is wrong is decided where every other problem is, in `api/problems.py`; here it gets the status, the code
and the shape that the description of that address has. A client may go by `code`; `message` is for people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from starlette.types import Scope

from api import problem_types as kinds
from api.problem_types import ProblemType
from api.responses import headers_of
from api.schemas.answers import Answer
from domain.errors import Issue

MEDIA_TYPE: Final = "application/json"
MESSAGE_REGISTRY_V2: Final = "/messageRegistry/v2"
FEDERATION: Final = "/federation/v1"
MAX_TOLD: Final = 10
"""How many issues one message tells of."""


class StatusMessage(Answer, kw_only=True):
    """What went wrong. Go by `code`; `id` is the request's, which our log has too."""

    id: UUID
    code: Annotated[
        str,
        Meta(
            description="`INVALID_INPUT`, `INVALID_SENDER`, `DIGEST_DO_NOT_MATCH`, `NOT_IMPLEMENTED`, or "
            "what the status says: `NOT_FOUND`, `INVALID_ACCESS_TOKEN`, `PAYLOAD_TOO_LARGE`."
        ),
    ]
    message: str
    contact: Annotated[str, Meta(description="Of the help desk.")]
    environment: str


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is answered."""

    status: int
    message: StatusMessage


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the addresses under `prefix` say it. `environments`: of a trial and of the real one."""

    prefix: str
    environments: tuple[str, str]

    def status_and_code(self, kind: ProblemType, issues: Sequence[Issue], scope: Scope) -> tuple[int, str]:
        """The status and the code; those of the problem, unless the description has others."""
        return kind.status, _CODES.get(kind.urn) or _shouted(kind.urn.rpartition(":")[2])

    def worded(self, text: str) -> str:
        """The text with the names that the description gives to fields."""
        return text


class MessageRegistryV2(Dialect):
    """The Message Registry's version 2.1, which knows no 403, 410 and 422."""

    def status_and_code(self, kind: ProblemType, issues: Sequence[Issue], scope: Scope) -> tuple[int, str]:
        """A sender that may not is an invalid one; a reader who may not finds nothing."""
        path: str = scope["path"]
        # A conflict of somebody who only looks: the mailbox is not in use yet.
        nothing = (kinds.NO_ACCESS, kinds.GONE, *([kinds.CONFLICT] if scope["method"] == "GET" else []))
        if kind in nothing and path.startswith(f"{self.prefix}/ebox"):
            return 404, NOT_FOUND
        if kind is kinds.NO_ACCESS or _is_about_the_sender(issues):
            return 400, INVALID_SENDER
        if kind is kinds.GONE:
            return (409, GONE) if path.endswith("/publishMessage") else (404, NOT_FOUND)
        if kind is kinds.IDEMPOTENCY_KEY_REUSED:
            return 409, IDEMPOTENCY_KEY_REUSED
        if any(issue.code == "digestDoesNotMatch" for issue in issues):
            return 400, DIGEST_DO_NOT_MATCH
        return super().status_and_code(kind, issues, scope)

    def worded(self, text: str) -> str:
        """The text with 2.1's names in place of ours."""
        return _OUR_NAMES.sub(lambda found: _THEIRS[found[0]], text)


def dialect_of(path: str) -> Dialect | None:
    """How this address answers with errors; None where it does so with problems."""
    return next((one for one in _DIALECTS if path.startswith(f"{one.prefix}/") or path == one.prefix), None)


def status_messages(*told: ProblemType) -> dict[int | str, dict[str, Any]]:
    """How the API's description speaks of these problems, where they are status messages."""
    return {kind.status: _described(kind) for kind in sorted(told, key=lambda kind: kind.status)}


def _described(kind: ProblemType) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{StatusMessage.__name__}"}
    content = {MEDIA_TYPE: {"schema": schema}}
    return {"description": kind.title, "content": content, "headers": headers_of(kind)}


def tell(
    dialect: Dialect, kind: ProblemType, detail: str | None, issues: Sequence[Issue], scope: Scope
) -> Told:
    """The problem of this request, as its address answers with it."""
    status, code = dialect.status_and_code(kind, issues, scope)
    provider = scope["app"].state.services.provider
    trial, real = dialect.environments
    message = StatusMessage(
        id=scope["state"]["request_id"],
        code=code,
        message=dialect.worded(_text(kind, detail, issues)),
        contact=provider.contact,
        environment=real if provider.is_production else trial,
    )
    return Told(status, message)


def _text(kind: ProblemType, detail: str | None, issues: Sequence[Issue]) -> str:
    said = [f"{one.field}: {_without_numbers(one)}" for one in issues[:MAX_TOLD]]
    return " | ".join([detail or kind.title, *said])


def _without_numbers(issue: Issue) -> str:
    """What is wrong. Messages end in logs: the number that replaces another one is not told in them."""
    return "it has another number now" if issue.code.startswith("replaced") else issue.detail


def _is_about_the_sender(issues: Sequence[Issue]) -> bool:
    """Whether a message type or an application is given that the sender does not have."""
    return any(issue.field.endswith(_CONFIGURED) and issue.code in _NOT_THEIRS for issue in issues)


def _shouted(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()


INVALID_INPUT: Final = "INVALID_INPUT"
INVALID_SENDER: Final = "INVALID_SENDER"
DIGEST_DO_NOT_MATCH: Final = "DIGEST_DO_NOT_MATCH"
NOT_FOUND: Final = "NOT_FOUND"
GONE: Final = "GONE"
IDEMPOTENCY_KEY_REUSED: Final = "IDEMPOTENCY_KEY_REUSED"

_CODES: Final = {kinds.BAD_REQUEST.urn: INVALID_INPUT, kinds.NOT_FOUND.urn: NOT_FOUND}
_CONFIGURED: Final = (".messageTypeId", ".senderApplicationId")
_NOT_THEIRS: Final = frozenset({"unknown", "notForThisMessageType", "notAllowed"})
_DIALECTS: Final = (
    MessageRegistryV2(MESSAGE_REGISTRY_V2, ("development", "production")),
    Dialect(FEDERATION, ("DEVELOPMENT", "PRODUCTION")),
)
_THEIRS: Final = {
    "sender.enterpriseNumber": "senderOrganizationId",
    "forTheAttentionOf.ssin": "forTheAttentionOf.id",
    "forTheAttentionOf.label": "forTheAttentionOf.name",
    ".ssin": ".eboxIdValue",
    ".enterpriseNumber": ".eboxIdValue",
    "isBodyMainContent": "bodyMainContent",
    "isMainContent": "mainContent",
    "isAttachmentSigned": "attachmentSigned",
    "isReplyAuthorized": "replyAuthorized",
    "isRegisteredMail": "registeredMail",
}
_OUR_NAMES: Final = re.compile("|".join(re.escape(name) for name in _THEIRS))
