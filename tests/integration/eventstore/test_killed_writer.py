"""A process is killed while it writes: each command it was told is recorded is there, once and whole."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from eventstore.keystore import KeyStore
from tests.integration.eventstore.endless_writer import EVENTS_EACH
from tests.logbook import an_event_store

WITHIN = 30.0


@pytest.mark.parametrize("after", [100, 237, 411])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_killed_process_leaves_each_acknowledged_command_once_and_none_in_part(
    request: pytest.FixtureRequest, tmp_path: Path, key_store: KeyStore, database: str, after: int
) -> None:
    sqlite = f"sqlite:///{tmp_path}/events.sqlite"
    url = sqlite if database == "sqlite" else str(request.getfixturevalue("url"))
    with an_event_store(url, key_store.keys) as store:
        acknowledged = _write_and_kill(url, after)
        if database == "postgresql":
            _wait_for_the_server_to_notice(url)
        recorded = store.recorder.read_after(0, 1_000_000)
    versions: dict[UUID, list[int]] = {}
    for event in recorded:
        versions.setdefault(UUID(str(event.stored.originator_id)), []).append(event.stored.originator_version)
    assert acknowledged <= versions.keys()
    assert all(found == list(range(1, EVENTS_EACH + 1)) for found in versions.values())


def _write_and_kill(url: str, after: int) -> set[UUID]:
    """What was acknowledged by a process that was killed after as many commands or a few more."""
    command = [sys.executable, "-m", "tests.integration.eventstore.endless_writer", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    acknowledged = {UUID(line.strip()) for line in lines if line.endswith("\n")}
    assert len(acknowledged) >= after
    return acknowledged


def _wait_for_the_server_to_notice(url: str) -> None:
    """Until the dead process's own connection is gone, its last commit may still be under way."""
    deadline = time.monotonic() + WITHIN
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'ebox-writer'"
        ).fetchall():
            assert time.monotonic() < deadline
