"""Places on files, and on real servers."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from bootstrap import safekeeping
from tests.integration.safekeeping.places import Place
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres

PARTS = ("event_store", "read_model", "key_store", "outbox")


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's .env nor the environment of the test run has a say in here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    # The commands run in this process here, and its log is the test run's.
    monkeypatch.setattr(safekeeping, "configure_logging", lambda level: level)


@pytest.fixture
def on_files(tmp_path: Path) -> tuple[Place, Place]:
    """SQLite and files."""
    return Place.at(tmp_path / "lost"), Place.at(tmp_path / "new")


@pytest.fixture
def on_servers(tmp_path: Path, postgres: Postgres, ceph: Ceph) -> tuple[Place, Place]:
    """PostgreSQL and S3: other databases and another bucket."""
    ceph.start_gateway()

    def place(name: str) -> Place:
        databases = {f"{part}_url": postgres.create_database(f"{name}_{part}") for part in PARTS}
        bucket = ceph.create_bucket(f"{name}-{uuid.uuid4()}")
        return Place.at(tmp_path / name, **databases, object_store_url=bucket)

    return place("lost"), place("new")


@pytest.fixture(params=["on_files", "on_servers"])
def places(request: pytest.FixtureRequest) -> tuple[Place, Place]:
    """The one that is lost, and the empty one."""
    found: tuple[Place, Place] = request.getfixturevalue(request.param)
    return found
