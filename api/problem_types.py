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
NO_ACCESS_TOKEN = _belgif("noAccessToken", "No Access Token", 401)
INVALID_ACCESS_TOKEN = _belgif("invalidAccessToken", "Invalid Access Token", 401)
EXPIRED_ACCESS_TOKEN = _belgif("expiredAccessToken", "Expired Access Token", 401)
NO_ACCESS = _ebox("noAccess", "No Access", 403)
NOT_FOUND = _belgif("resourceNotFound", "Resource Not Found", 404)
METHOD_NOT_ALLOWED = _ebox("methodNotAllowed", "Method Not Allowed", 405)
REQUEST_TIMEOUT = _ebox("requestTimeout", "Request Timeout", 408)
CONFLICT = _ebox("conflict", "Conflict", 409)
GONE = _ebox("gone", "Gone", 410)
PRECONDITION_FAILED = _ebox("preconditionFailed", "Precondition Failed", 412)
PAYLOAD_TOO_LARGE = _belgif("payloadTooLarge", "Payload Too Large", 413)
UNSUPPORTED_MEDIA_TYPE = _ebox("unsupportedMediaType", "Unsupported Media Type", 415)
RANGE_NOT_SATISFIABLE = _ebox("rangeNotSatisfiable", "Range Not Satisfiable", 416)
IDEMPOTENCY_KEY_REUSED = _ebox("idempotencyKeyReused", "Idempotency Key Reused", 422)
TOO_MANY_REQUESTS = _belgif("tooManyRequests", "Too Many Requests", 429)
TOO_MANY_FAILED_REQUESTS = _belgif("tooManyFailedRequests", "Too Many Failed Requests", 429)
HEADERS_TOO_LARGE = _ebox("requestHeaderFieldsTooLarge", "Request Header Fields Too Large", 431)
INTERNAL_SERVER_ERROR = _belgif("internalServerError", "Internal Server Error", 500)
SERVICE_UNAVAILABLE = _belgif("serviceUnavailable", "Service Unavailable", 503)

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
        TOO_MANY_FAILED_REQUESTS,
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
