"""Examples of errors as status messages: the addresses that follow the e-Box's public descriptions."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from api.description import ids
from api.status_messages import StatusMessage

_SAID: Final = {
    400: (
        (
            "INVALID_INPUT",
            "The request breaks the rules that the issues name. | pageSize: must be at most 100",
        ),
        ("INVALID_SENDER", "Not allowed: message type not registered for this sender."),
        ("DIGEST_DO_NOT_MATCH", "The request breaks the rules that the issues name. | upfile1: digest"),
    ),
    401: (("INVALID_ACCESS_TOKEN", "Invalid Access Token"),),
    403: (("NO_ACCESS", "Not allowed: not the owner."),),
    404: (("NOT_FOUND", "Resource Not Found"),),
    408: (("REQUEST_TIMEOUT", "The body stopped coming."),),
    409: (("CONFLICT", "Conflict"),),
    412: (("PRECONDITION_FAILED", "The document is not one that `If-Match` names."),),
    413: (("PAYLOAD_TOO_LARGE", "at most 26214400 bytes | upfile1: at most 26214400 bytes"),),
    415: (("UNSUPPORTED_MEDIA_TYPE", "Send application/json."),),
    416: (("RANGE_NOT_SATISFIABLE", "No byte lies in this range."),),
    429: (("TOO_MANY_REQUESTS", "Nothing was done; the same request may succeed later."),),
    500: (("INTERNAL_SERVER_ERROR", "Internal Server Error"),),
    501: (("NOT_IMPLEMENTED", "This is not implemented."),),
    503: (("SERVICE_UNAVAILABLE", "Nothing was done; the same request may succeed later."),),
}


def status_message_examples() -> dict[int, dict[str, Any]]:
    """By status and code."""
    return {status: {code: _message(code, text) for code, text in said} for status, said in _SAID.items()}


def _message(code: str, text: str) -> Any:
    message = StatusMessage(
        id=ids.REQUEST, code=code, message=text, contact="support@ebox.example", environment="production"
    )
    return msgspec.to_builtins(message)
