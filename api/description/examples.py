"""Puts examples beside everything that is sent: bodies, answers, problems.

Each stands once under `components/examples`, and is referred to.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from api.description.authorization_examples import REFUSALS, TOKEN
from api.description.body_examples import BODY_EXAMPLES
from api.description.mailbox_answers import MAILBOX_ANSWERS
from api.description.message_answers import MESSAGE_ANSWERS
from api.description.problem_examples import names_of, problem_examples
from api.description.public_answers import PUBLIC_ANSWERS
from api.description.scope_answers import SCOPE_ANSWERS
from api.description.status_message_examples import status_message_examples
from api.description.v2_answers import V2_ANSWERS
from api.description.v2_bodies import V2_BODY_EXAMPLES

_PROBLEM: Final = "application/problem+json"
_ANSWERS: Final = {
    "TokenBody": TOKEN,
    **{
        type(one).__name__: msgspec.to_builtins(one)
        for one in (*MESSAGE_ANSWERS, *MAILBOX_ANSWERS, *PUBLIC_ANSWERS, *SCOPE_ANSWERS, *V2_ANSWERS)
    },
}
_BODIES: Final = BODY_EXAMPLES | V2_BODY_EXAMPLES
_REFUSALS: Final = {"OAuthErrorBody": REFUSALS, "StatusMessage": status_message_examples()}


class Examples:
    """Those of one description."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._kept: dict[str, Any] = {f"Problem.{name}": one for name, one in problem_examples().items()}

    def add(self) -> None:
        """Add to each body and each answer of the description its examples, in place."""
        for path in self._document["paths"].values():
            for operation in path.values():
                self._add_to(operation)
        self._document["components"]["examples"] = dict(sorted(self._kept.items()))

    def _add_to(self, operation: dict[str, Any]) -> None:
        body = operation.get("requestBody", {}).get("content", {})
        places = {one["in"] for one in operation.get("parameters", ())} | ({"body"} if body else set())
        for content in body.values():
            shape = shape_of(content["schema"])
            for name, value in _BODIES.get(shape, {}).items():
                self._refer(content, name, f"{shape}.{name}", {"value": value})
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items():
                if media_type == _PROBLEM:
                    self._add_problems(content, int(status), places)
                else:
                    self._add_answer(content, int(status))

    def _add_problems(self, content: dict[str, Any], status: int, places: set[str]) -> None:
        for name in names_of(status, places):
            kept_as = f"Problem.{name}"
            self._refer(content, name, kept_as, self._kept[kept_as])

    def _add_answer(self, content: dict[str, Any], status: int) -> None:
        shape = shape_of(content["schema"])
        if shape in _ANSWERS:
            self._refer(content, "answer", shape, {"value": _ANSWERS[shape]})
        elif (
            content["schema"].get("type") == "array"
            and (one := shape_of(content["schema"]["items"])) in _ANSWERS
        ):
            self._refer(content, "answer", f"{one}.list", {"value": [_ANSWERS[one]]})
        for name, value in _REFUSALS.get(shape, {}).get(status, {}).items():
            self._refer(content, name, f"{shape}.{name}", {"value": value})

    def _refer(self, content: dict[str, Any], name: str, kept_as: str, example: dict[str, Any]) -> None:
        self._kept[kept_as] = example
        content.pop("example", None)
        content.setdefault("examples", {})[name] = {"$ref": f"#/components/examples/{kept_as}"}


def shape_of(schema: dict[str, Any]) -> str:
    """The name of a shape; of a form, that of its JSON part. Empty where it has none."""
    if "$ref" in schema:
        name: str = schema["$ref"].rpartition("/")[2]
        return name
    named = [shape_of(one) for one in schema.get("properties", {}).values() if "$ref" in one]
    return named[0] if named else str(schema.get("title", ""))
