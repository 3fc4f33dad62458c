"""What the fuzzer loads: whose token a request has, and how lines of JSON are written and read.

It runs in a process of its own; the tokens are in a file that the test keeps fresh.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import schemathesis

TOKENS_FILE = "EBOX_FUZZING_TOKENS"
NDJSON = "application/x-ndjson"

_NOBODYS_HEADER = "x-schemathesis-unknown-property"
_BY_TAG = {
    "publish": "partner",
    "consult": "an",
    "profile": "an",
    "audit": "auditor",
    "events": "site",
    "federation": "site",
}
_BY_ADDRESS = {
    "/events/v1/ebox/enterprise": "partner",
    "/messageRegistry/v2/ebox": "marc",
    "/messageRegistry/v2/referenceData": None,
    "/messageRegistry/v2": "partner",
}


def role_of(method: str, address: str, tags: list[str]) -> str | None:
    """Who may do this; None where anybody may."""
    if (method.upper(), address) == ("PATCH", "/federation/v1/eboxPreferences"):
        return "an"
    for beginning, role in _BY_ADDRESS.items():
        if address.startswith(beginning):
            return role
    return next((_BY_TAG[tag] for tag in tags if tag in _BY_TAG), None)


@schemathesis.auth(refresh_interval=None)
class Token:
    """The access token of whoever may do what is asked for."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str | None:
        """The token as it is now: they last five minutes."""
        operation = context.operation
        role = role_of(operation.method, operation.path, operation.tags or [])
        tokens: dict[str, str] = json.loads(Path(os.environ[TOKENS_FILE]).read_bytes())
        return tokens[role] if role else None

    def set(self, case: schemathesis.Case[Any], data: str | None, context: schemathesis.AuthContext) -> None:
        """Let the request carry it."""
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """No header that nobody knows: everybody on the way may add some, and none is refused."""
    return not any(name.lower() == _NOBODYS_HEADER for name in case.headers or ())


@schemathesis.serializer(NDJSON)
def lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """One line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def first_line(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """The first of the answers: each is of the described shape."""
    return json.loads(response.content.partition(b"\n")[0])
