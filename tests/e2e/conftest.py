"""Real parts for the tests of this folder, and one eBox upon them that several modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.real_parts import RealParts
from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres


@pytest.fixture(scope="package")
def durable_postgres() -> Iterator[Postgres]:
    """PostgreSQL as in production: what it acknowledges is on disk. A test that halts it starts it again."""
    with Postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="package")
def shared_parts(
    durable_postgres: Postgres,
    ceph: Ceph,
    postfix_server: Postfix,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RealParts]:
    """`ebox run` on PostgreSQL, S3 and Postfix; tests take `parts`."""
    parts = RealParts(durable_postgres, ceph, tmp_path_factory.mktemp("shared"), postfix_server.url)
    try:
        parts.installation.start("run")
        parts.installation.wait_until_ready()
        yield parts
        parts.installation.stop()
        parts.assert_discreet()
    finally:
        parts.installation.kill()


@pytest.fixture
def parts(shared_parts: RealParts, postfix: Postfix) -> Iterator[RealParts]:
    """The shared eBox, at work before and after. A test whose message causes a mail waits for that mail."""
    shared_parts.installation.wait_until_ready()
    assert not shared_parts.waiting_mails(), "an earlier test did not wait for its mail"
    postfix.clear()
    pid = shared_parts.installation.pid("run")
    yield shared_parts
    shared_parts.installation.wait_until_ready()
    assert shared_parts.installation.pid("run") == pid, "no trouble ends a process"
