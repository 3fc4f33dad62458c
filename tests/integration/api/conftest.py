"""One eBox on embedded parts for each module of tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.api.embedded import Embedded, embedded_ebox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ebox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    """eBox on embedded parts, with a token for everybody."""
    folder = tmp_path_factory.mktemp("ebox")
    with pytest.MonkeyPatch.context() as patch:
        # Neither a developer's .env nor the environment of the test run has a say in here.
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith("EBOX_")]:
            patch.delenv(name)
        async with embedded_ebox(folder) as embedded:
            yield embedded
