"""A runner that is killed at any moment leaves read models that equal a fresh rebuild."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from projections import progress
from projections.database import ReadDatabase
from projections.runner import Runner
from tests.integration.projections.log import Log, contents, folded_from_the_start, reached, running
from tests.waiting import until

PROCESS = "tests.integration.projections.runner_process"
KILLED_AFTER = (1, 350, 120, 700, 222)
"""How many events further each runner may come."""

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@contextmanager
def a_runner_process(url: str, keys: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A runner over the log and the read models at this URL, killed at the end."""
    process = subprocess.Popen([sys.executable, "-m", PROCESS, url, url, str(keys)])
    try:
        yield process
    finally:
        process.kill()
        process.wait(10.0)


def is_waiting_for_a_lock(operator: psycopg.Connection) -> bool:
    row = operator.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ebox read models'"
        " AND datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row == (1,)


def has_left_the_server(operator: psycopg.Connection) -> bool:
    row = operator.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ebox read models'"
        " AND datname = current_database() AND backend_xid IS NOT NULL"
    ).fetchone()
    return row == (0,)


async def test_a_runner_killed_in_the_middle_of_a_page_leaves_nothing_of_that_page(
    log: Log, database: ReadDatabase, fresh: ReadDatabase, postgres_database: str, tmp_path: Path
) -> None:
    first = log.append(*log.life("an", 20))
    with running(Runner(log.events.follow, database)):
        await until(reached(database, first))
    before = database.read(contents)
    last = log.append(*log.life("bo", 20))
    with (
        psycopg.connect(postgres_database, autocommit=True) as operator,
        psycopg.connect(postgres_database) as blocker,
    ):
        # The inbox and the details are written when the runner comes to the access history.
        blocker.execute("LOCK TABLE read_models.access_history IN SHARE MODE")
        with a_runner_process(postgres_database, tmp_path):
            await until(lambda: is_waiting_for_a_lock(operator), within=30.0)
        blocker.rollback()
        await until(lambda: has_left_the_server(operator))
    assert database.read(contents) == before
    assert {one.position for one in database.read(progress.load).values()} == {first}
    with running(Runner(log.events.follow, database)):
        await until(reached(database, last))
    assert database.read(contents) == folded_from_the_start(log, fresh)


async def test_a_runner_killed_again_and_again_under_load_counts_each_event_once(
    log: Log, database: ReadDatabase, fresh: ReadDatabase, postgres_database: str, tmp_path: Path
) -> None:
    for kill, progress_before in enumerate(KILLED_AFTER):
        log.append(*log.life(f"citizen-{kill}", 300))
        start = _position(database)
        with a_runner_process(postgres_database, tmp_path):
            further = start + progress_before
            await until(lambda further=further: _position(database) >= further, within=30.0)  # type: ignore[misc]
    with running(Runner(log.events.follow, database)):
        await until(reached(database, log.events.max_position()), within=30.0)
    told = database.read(contents)
    assert [row["messages"] for row in told["inbox_counters"]] == [300] * len(KILLED_AFTER)
    assert told == folded_from_the_start(log, fresh)


def _position(database: ReadDatabase) -> int:
    return max((one.position for one in database.read(progress.load).values()), default=0)
