"""Schemas as clients are to read them.

The framework writes the bounds of some numbers under names that no JSON Schema knows, and lets parameters be
null, which no address or header can say.
"""

from __future__ import annotations

from typing import Any, Final

_BOUNDS: Final = {"ge": "minimum", "le": "maximum"}
_NULL: Final = {"type": "null"}


def tidy(document: dict[str, Any]) -> None:
    """Put the document's schemas right, in place."""
    _name_bounds(document)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _never_null(parameter["schema"])


def _name_bounds(node: Any) -> None:
    if isinstance(node, list):
        for one in node:
            _name_bounds(one)
    elif isinstance(node, dict):
        if node.get("type") in ("integer", "number"):
            for wrong, right in _BOUNDS.items():
                if wrong in node:
                    node[right] = node.pop(wrong)
        for one in node.values():
            _name_bounds(one)


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    alternatives: list[dict[str, Any]] = [one for one in schema.get("anyOf", ()) if one != _NULL]
    if len(alternatives) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return rest | alternatives[0]
