"""One eBox on embedded parts for each module of tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.api.embedded import Embedded, embedded_ebox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ebox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """eBox on embedded parts, with a token for everybody."""
    async with embedded_ebox(tmp_path_factory.mktemp("ebox")) as embedded:
        yield embedded
