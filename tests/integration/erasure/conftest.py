"""The stage of an erasure on files, and on PostgreSQL with a bucket that keeps every version."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_erased_objects import versioned
from tests.integration.erasure.stage import Stage, a_stage
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres

PARTS = ("event_store", "read_model", "key_store", "outbox")


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's .env nor the environment of the test run has a say in here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
async def on_files(tmp_path: Path) -> AsyncIterator[Stage]:
    """SQLite and files."""
    async with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
async def on_servers(tmp_path: Path, postgres: Postgres, ceph: Ceph) -> AsyncIterator[Stage]:
    """PostgreSQL and S3."""
    ceph.start_gateway()
    bucket = ceph.create_bucket(f"erasure-{uuid.uuid4()}")
    versioned(bucket)
    parts: dict[str, Any] = {f"{part}_url": postgres.create_database(f"erasure_{part}") for part in PARTS}
    async with a_stage(tmp_path, object_store_url=bucket, **parts) as stage:
        yield stage
