"""Every route of the API says what its caller wants to do, or is on the short list of public ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.security import PUBLIC_PATHS, Guard
from domain.decisions import Operation
from tests.unit.api.doubles import Api


def guards(dependant: Dependant) -> Iterator[Guard]:
    """The guards that a route depends on, directly or not."""
    if isinstance(dependant.call, Guard):
        yield dependant.call
    for further in dependant.dependencies:
        yield from guards(further)


@pytest.fixture
def routes(tmp_path: Path) -> dict[tuple[str, str], list[Operation]]:
    """Each method and path, with the operations that guard it."""
    found = {}
    for route in iter_route_contexts(Api(tmp_path).app.routes):
        for method in route.methods or ():
            found[method, route.path or ""] = [guard.operation for guard in guards(route.dependant)]
    return found


def test_every_route_is_guarded_once_or_public(routes: dict[tuple[str, str], list[Operation]]) -> None:
    assert len(routes) > len(PUBLIC_PATHS)
    for (method, path), operations in routes.items():
        expected = 0 if path in PUBLIC_PATHS else 1
        assert len(operations) == expected, f"{method} {path} is guarded by {operations}"


def test_the_list_of_public_paths_names_nothing_that_is_gone(
    routes: dict[tuple[str, str], list[Operation]],
) -> None:
    assert {path for _, path in routes} >= PUBLIC_PATHS


def test_every_operation_has_a_route(routes: dict[tuple[str, str], list[Operation]]) -> None:
    guarded = {operation for operations in routes.values() for operation in operations}
    assert guarded == set(Operation)
