"""Every kind of problem that the API answers with: its URN, its title, its status.

Names under `belgif` are those of the Belgian REST guide, each documented under its `href`; where the guide
has none, the name is ours, under `ebox`. Clients go by `type`; titles and details may be reworded.
"""

from __future__ import annotations

from dataclasses import dataclass

_GUIDE = "https://www.belgif.be/specification/rest/api-guide"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem (RFC 9457 §3.1). `href` documents it, where somebody does."""

    urn: str
    title: str
    status: int
    href: str | None = None


def _belgif(name: str, title: str, status: int) -> ProblemType:
    return ProblemType(f"urn:problem-type:belgif:{name}", title, status, f"{_GUIDE}/problems/{name}.html")


def _ebox(name: str, title: str, status: int) -> ProblemType:
    return ProblemType(f"urn:problem-type:ebox:{name}", title, status)


BAD_REQUEST = _belgif("badRequest", "Bad Request", 400)
"""The request breaks rules; `issues` names each, with the field it is about."""
NO_ACCESS_TOKEN = _belgif("noAccessToken", "No Access Token", 401)
"""No `Authorization: Bearer …` came with the request."""
INVALID_ACCESS_TOKEN = _belgif("invalidAccessToken", "Invalid Access Token", 401)
"""The token is not one of ours, not for this API, or not as it was issued."""
EXPIRED_ACCESS_TOKEN = _belgif("expiredAccessToken", "Expired Access Token", 401)
"""The token was good; get another one."""
NO_ACCESS = _ebox("noAccess", "No Access", 403)
"""Whoever calls may not do this, for the reason in `detail`. The refusal is on record."""
NOT_FOUND = _belgif("resourceNotFound", "Resource Not Found", 404)
"""There is nothing here that the caller may know of."""
NOT_LOGGED_YET = _ebox("notLoggedYet", "Not In The Audit Log Yet", 404)
"""It is recorded, and no checkpoint of the audit log covers it yet; `Retry-After` says when to come again."""
METHOD_NOT_ALLOWED = _ebox("methodNotAllowed", "Method Not Allowed", 405)
"""The address does not take this method; `Allow` names those that it takes."""
REQUEST_TIMEOUT = _ebox("requestTimeout", "Request Timeout", 408)
"""The body came too slowly, or stopped coming."""
CONFLICT = _ebox("conflict", "Conflict", 409)
"""The state does not allow it (any more), or not yet."""
GONE = _ebox("gone", "Gone", 410)
"""It was there; its owner has been erased."""
PRECONDITION_FAILED = _ebox("preconditionFailed", "Precondition Failed", 412)
"""The document is not one that `If-Match` names."""
PAYLOAD_TOO_LARGE = _belgif("payloadTooLarge", "Payload Too Large", 413)
"""The JSON, a file or all of it together has more bytes than are taken."""
UNSUPPORTED_MEDIA_TYPE = _ebox("unsupportedMediaType", "Unsupported Media Type", 415)
"""The body is of another media type than this address takes."""
RANGE_NOT_SATISFIABLE = _ebox("rangeNotSatisfiable", "Range Not Satisfiable", 416)
"""No byte of the document lies in `Range`; `Content-Range` tells its size."""
IDEMPOTENCY_KEY_REUSED = _ebox("idempotencyKeyReused", "Idempotency Key Reused", 422)
"""The `Idempotency-Key` came before, with another request."""
TOO_MANY_REQUESTS = _belgif("tooManyRequests", "Too Many Requests", 429)
"""Done too often; `Retry-After` says after how many seconds it may be done again."""
HEADERS_TOO_LARGE = _ebox("requestHeaderFieldsTooLarge", "Request Header Fields Too Large", 431)
"""The request's head is larger than 64 KiB, or has more than 100 headers."""
INTERNAL_SERVER_ERROR = _belgif("internalServerError", "Internal Server Error", 500)
"""A fault of ours; the log has it under the request's id."""
NOT_IMPLEMENTED = _ebox("notImplemented", "Not Implemented", 501)
"""The request asks for something that the description allows and eBox does not have; nothing was done."""
SERVICE_UNAVAILABLE = _belgif("serviceUnavailable", "Service Unavailable", 503)
"""Something that eBox depends on is away, or there is too much to do at once. `Retry-After` says when to
come again, `detail` whether anything may have been done."""

BY_STATUS = {
    kind.status: kind
    for kind in (
        BAD_REQUEST,
        INVALID_ACCESS_TOKEN,
        NO_ACCESS,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        REQUEST_TIMEOUT,
        CONFLICT,
        GONE,
        PAYLOAD_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        RANGE_NOT_SATISFIABLE,
        TOO_MANY_REQUESTS,
        INTERNAL_SERVER_ERROR,
        SERVICE_UNAVAILABLE,
    )
}
"""The type for an error that comes with nothing but a status (the framework's own)."""

_GUIDE_ISSUES = frozenset({"schemaViolation", "invalidInput", "unknownInput", "referencedResourceNotFound"})


def issue_urn(code: str) -> str:
    """The type of one issue within a problem."""
    organisation = "belgif" if code in _GUIDE_ISSUES else "ebox"
    return f"urn:problem-type:{organisation}:input-validation:{code}"
