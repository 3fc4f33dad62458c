"""How a request is named where it is counted: by its method and its route's template, from short lists."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER: Final = "other"
NO_ROUTE: Final = "none"


def method_of(scope: Scope) -> str:
    """The method, if it is one that anybody should use."""
    method: str = scope["method"]
    return method if method in _METHODS else _OTHER


def route_of(scope: Scope) -> str:
    """The template of the route that the request came to, or `NO_ROUTE`."""
    return getattr(scope.get("route"), "path", None) or NO_ROUTE
