"""Examples of what the authorization server answers, in the words of OAuth (RFC 6749 §5)."""

from __future__ import annotations

from typing import Any, Final

TOKEN: Final = {
    "access_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJkZW1vLXBhcnRuZXIifQ.c2lnbmVk",
    "token_type": "Bearer",
    "expires_in": 300,
}
REFUSALS: Final[dict[int, dict[str, Any]]] = {
    400: {"invalidRequest": {"error": "invalid_request", "error_description": "grant_type is missing"}},
    401: {
        "invalidClient": {
            "error": "invalid_client",
            "error_description": "the client did not prove who it is",
        }
    },
    503: {
        "temporarilyUnavailable": {
            "error": "temporarily_unavailable",
            "error_description": "try again later",
        }
    },
}
"""By status and name."""
