"""Every route says what its caller wants to do, or is on the short list of public ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts

from api.security import PUBLIC_PATHS, Guard
from bootstrap.migration import migrate
from bootstrap.system import System
from domain.decisions import Operation
from identity.metadata import (
    AUTHORIZATION_PATH,
    JWKS_PATH,
    LOGIN_PATH,
    METADATA_PATHS,
    TERMS_PATH,
    TOKEN_PATH,
)
from identity.webhook_keys import DIRECTORY_PATH
from settings import Settings
from web.logout import LOGOUT_PATH
from web.security import SignedIn
from web.static import STATIC_PATH

_REFERENCE_DATA = [f"/messageRegistry/{version}/referenceData" for version in ("v2", "v3")]

PUBLIC = {
    *PUBLIC_PATHS,
    *(f"{base}/messageTypes{rest}" for base in _REFERENCE_DATA for rest in ("", "/{messageTypeId}")),
    *(
        f"{base}/{kind}{rest}"
        for base in _REFERENCE_DATA
        for kind, own in (
            ("senderApplications", "/{senderApplicationId}"),
            ("senderOrganizations", "/{senderOrganizationId}"),
        )
        for rest in ("", own, f"{own}/images/{{imageId}}/content")
    ),
    *METADATA_PATHS,
    AUTHORIZATION_PATH,
    DIRECTORY_PATH,
    JWKS_PATH,
    LOGIN_PATH,
    LOGOUT_PATH,
    STATIC_PATH,
    TERMS_PATH,
    TOKEN_PATH,
    "/",
    "/audit/heads/{leaf}/tile/{path:path}",
    "/audit/proofs/consistency",
    "/audit/tile/{path:path}",
    "/audit/timestamps/{size}",
    "/demo/mail",
    "/demo/mail.json",
}
"""Health, API documents, the audit log's checkpoints, hashes and timestamps, reference data, the
authorization server's endpoints, the keys of webhooks, the login and the logout, the front page and its
style, and the demo's caught mail."""


def guards(route: RouteContext) -> list[Guard]:
    """The guards of the API that a route depends on, directly or not."""
    return [guard for guard in all_guards(route) if isinstance(guard, Guard)]


def all_guards(route: RouteContext) -> list[Guard | SignedIn]:
    """The same, and those of the portal."""
    return list(_guards(route.dependant)) if hasattr(route, "dependant") else []


def _guards(dependant: Dependant) -> Iterator[Guard | SignedIn]:
    if isinstance(dependant.call, Guard | SignedIn):
        yield dependant.call
    for further in dependant.dependencies:
        yield from _guards(further)


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    """The whole HTTP server's application, with everything the embedded mode adds."""
    monkeypatch.chdir(tmp_path)
    system = System(Settings(data_dir=tmp_path))
    list(migrate(system))
    yield system.app
    await system.aclose()


@pytest.fixture
def routes(app: FastAPI) -> dict[tuple[str, str], list[Operation]]:
    """Each method and path, with the operations that guard it."""
    return {
        (method, route.path or ""): [guard.operation for guard in all_guards(route)]
        for route in iter_route_contexts(app.routes)
        for method in route.methods or {"any method"}
    }


def test_every_route_is_guarded_once_or_public(routes: dict[tuple[str, str], list[Operation]]) -> None:
    for (method, path), operations in routes.items():
        expected = 0 if path in PUBLIC else 1
        assert len(operations) == expected, f"{method} {path} is guarded by {operations}"


def test_the_list_of_public_paths_names_nothing_that_is_gone(
    routes: dict[tuple[str, str], list[Operation]],
) -> None:
    assert {path for _, path in routes} >= PUBLIC


def test_every_operation_has_a_route(routes: dict[tuple[str, str], list[Operation]]) -> None:
    guarded = {operation for operations in routes.values() for operation in operations}
    assert guarded == set(Operation)
