"""One eBox for all tests of version 2.1, and its client."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.api.embedded import Embedded, embedded_ebox
from tests.integration.api.v2.client import V2Client
from tests.integration.api.v2.description import description


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def ebox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """eBox on embedded parts, with a token for everybody."""
    folder = tmp_path_factory.mktemp("ebox")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith("EBOX_")]:
            patch.delenv(name)
        async with embedded_ebox(folder) as embedded:
            yield embedded


@pytest.fixture
def v2(ebox: Embedded) -> V2Client:
    """An existing client, with another base URL."""
    return V2Client(ebox, description())
