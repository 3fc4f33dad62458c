"""What the fuzzer loads: whose token a request has, which message it is about, how lines of JSON are written.

It runs in a process of its own; what there is for whom is in a file, whose tokens the test keeps fresh.
"""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any
from uuid import UUID

import schemathesis
from schemathesis.generation.meta import TestPhase

SITUATION = "EBOX_FUZZING_SITUATION"
"""The variable with the file's name: `{role: {"token", "mailbox", "message", "attachment", "mistakes"}}`."""
NDJSON = "application/x-ndjson"

WAYS_TO_TAKE_BACK = ("/withdraw", "/recall")
_ONE_IN = 4
"""Of so many ids that are made up, one stays: there is nothing of that name."""
_written: dict[str, str] = {}
_NOBODYS_HEADER = "x-schemathesis-unknown-property"
_BY_TAG = {
    "publish": "partner",
    "consult": "an",
    "profile": "an",
    "audit": "auditor",
    "audit log": "auditor",
    "events": "partner",
    "federation": "site",
}
_BY_ADDRESS = {
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


def situation_of(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> dict[str, Any]:
    """What there is for whoever may do this."""
    role = role_of(operation.method, operation.path, operation.tags or [])
    situation: dict[str, dict[str, Any]] = json.loads(Path(os.environ[SITUATION]).read_bytes())
    return situation[role] if role else {}


@schemathesis.auth(refresh_interval=None)
class Token:
    """The access token of whoever may do what is asked for."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str | None:
        """The token as it is now: they last five minutes."""
        return situation_of(context.operation).get("token")

    def set(self, case: schemathesis.Case[Any], data: str | None, context: schemathesis.AuthContext) -> None:
        """Let the request carry it."""
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """No header that nobody knows: everybody on the way may add some, and none is refused."""
    return not any(name.lower() == _NOBODYS_HEADER for name in case.headers or ())


@schemathesis.hook
def before_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]
) -> None:
    """Mean a message, a document and a mailbox that are there, mostly; what is no id at all stays so.

    Where one request follows from another, it means what that one answered, once it can be read.
    """
    situation = situation_of(case.operation)
    taken_back = next((way for way in WAYS_TO_TAKE_BACK if case.operation.path.endswith(way)), None)
    if taken_back is not None:
        _mean_a_mistake(case.path_parameters, situation["mistakes"][taken_back])
    elif case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL:
        case.headers.setdefault("Ebox-Position", _written.get("position", "0"))
    else:
        _mean(case.path_parameters, "messageId", situation.get("message"))
        _mean(case.path_parameters, "attachmentId", situation.get("attachment"))
        _mean(case.headers, "Ebox-Mailbox", situation.get("mailbox"))
        if isinstance(case.body, dict) and isinstance(items := case.body.get("items"), list) and items:
            _mean(items[0], "messageId", situation.get("message"))


@schemathesis.hook
def after_call(
    context: schemathesis.HookContext, case: schemathesis.Case[Any], response: schemathesis.Response
) -> None:
    """Remember how far a reader has to wait."""
    if position := response.headers.get("ebox-position"):
        _written["position"] = position[0]


def _mean_a_mistake(container: Any, mistakes: list[str]) -> None:
    """One of the messages that are there for that: those that are read stay."""
    made_up = _uuid(container.get("messageId")) if isinstance(container, MutableMapping) else None
    if made_up is not None:
        container["messageId"] = mistakes[made_up.int % len(mistakes)]


def _mean(container: Any, name: str, what_is_there: str | None) -> None:
    made_up = _uuid(container.get(name)) if isinstance(container, MutableMapping) else None
    if made_up is not None and what_is_there is not None and made_up.int % _ONE_IN:
        container[name] = what_is_there


def _uuid(given: Any) -> UUID | None:
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


@schemathesis.serializer(NDJSON)
def lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """One line."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(NDJSON)
def first_line(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> Any:
    """The first of the answers: each is of the described shape."""
    return json.loads(response.content.partition(b"\n")[0])
