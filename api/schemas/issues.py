"""From pydantic's findings to issues in the caller's own words. What was found wrong is never repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import Issue

_WHERE = {"body": "body", "header": "header", "path": "path", "query": "query"}

_SENTENCES = {
    "string_type": "must be text",
    "string_unicode": "holds half of a surrogate pair",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "uuid_parsing": "must be a UUID",
    "uuid_type": "must be a UUID",
    "json_invalid": "must be JSON",
}
_FORBIDDEN = "not known here; check its spelling"
_MAX_NAME_CHARACTERS = 64


def issues_of_request(errors: Iterable[Mapping[str, Any]]) -> list[Issue]:
    """The issues of a request that FastAPI did not accept."""
    return [_request_issue(error) for error in errors]


def _request_issue(error: Mapping[str, Any]) -> Issue:
    place, *rest = error["loc"]
    if error["type"] == "json_invalid":
        rest = []
    return _issue(error, path_of(rest) or str(place), _WHERE.get(str(place), "body"))


def body_issue(error: Mapping[str, Any], root: str) -> Issue:
    """The issue of one finding in a body whose outermost object is called `root`."""
    return _issue(error, path_of([root, *error["loc"]]), "body")


def _issue(error: Mapping[str, Any], path: str, where: str) -> Issue:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return Issue(path, "required", "must be given", where)
    if kind == "extra_forbidden":
        return Issue(path, "unknownInput", _FORBIDDEN, where)
    if kind in ("too_long", "string_too_long"):
        return Issue(path, "tooLong", f"at most {context['max_length']}", where)
    if kind.startswith("ebox_"):
        return Issue(path, kind.removeprefix("ebox_"), error["msg"], where)
    return Issue(path, "schemaViolation", _sentence(kind, context), where)


def _sentence(kind: str, context: Mapping[str, Any]) -> str:
    if kind in ("literal_error", "enum"):
        return f"must be {context['expected']}"
    if kind == "greater_than_equal":
        return f"must be at least {context['ge']}"
    if kind == "less_than_equal":
        return f"must be at most {context['le']}"
    if kind == "string_pattern_mismatch":
        return f"must match {context['pattern']}"
    return _SENTENCES.get(kind, "must be as the API's description says")


def path_of(location: Sequence[str | int]) -> str:
    """`("a", "b", 0, "c")` as `a.b[0].c`."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{printable(step)}" if path else printable(step)
    return path


def printable(name: str) -> str:
    """A name that the caller made up, fit to be repeated: bounded, and without anything that is not print."""
    return "".join(one if one.isprintable() else "?" for one in name[:_MAX_NAME_CHARACTERS])
