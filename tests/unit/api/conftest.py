"""The API over doubles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from domain.actors import ActorKind
from tests.unit.api.doubles import Api


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """The application, with the limits it has by default."""
    return Api(tmp_path)


@pytest.fixture
def caller() -> ActorKind:
    """Who calls; modules say otherwise."""
    return ActorKind.PARTNER


@pytest.fixture
async def client(api: Api, caller: ActorKind) -> AsyncIterator[httpx.AsyncClient]:
    """A caller with a good token."""
    async with api.client(caller) as client:
        yield client
