"""One running eBox for the tests of this folder, and a partner of its demo."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from ebox_client import EboxClient
from ebox_client.private_key_jwt import PrivateKeyJwt

from tests.e2e.installation import Installation


@pytest.fixture(scope="package")
def ebox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """As `make run` starts it."""
    installation = Installation(tmp_path_factory.mktemp("client"))
    try:
        installation.start("run")
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


@pytest.fixture
async def partner(ebox: Installation) -> AsyncIterator[EboxClient]:
    """The demo's partner, with tokens of its own making."""
    key = ebox.data / "demo" / "demo-partner.private.json"
    async with EboxClient(ebox.url, PrivateKeyJwt.from_file(ebox.url, "demo-partner", key)) as client:
        yield client
