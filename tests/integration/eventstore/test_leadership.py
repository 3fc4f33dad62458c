"""A role that must be single: one copy has it, the others wait, and whoever lost it knows."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import psycopg
import pytest

from eventstore.backend import Backend, Leadership, backend_for
from eventstore.errors import LeadershipLost

WITHIN = 20.0


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """A backend of each kind."""
    if request.param == "sqlite":
        return backend_for(f"sqlite:///{tmp_path}/events.sqlite")
    return backend_for(str(request.getfixturevalue("postgres_database")))


@pytest.fixture
def leader(backend: Backend) -> Iterator[Leadership]:
    """A copy that has the role."""
    leadership = backend.leadership("projector")
    assert leadership.acquire(Event())
    yield leadership
    leadership.release()


def test_the_holder_of_a_role_goes_on(leader: Leadership) -> None:
    leader.check()
    leader.check()


def test_a_second_copy_waits_until_the_first_gives_the_role_up(backend: Backend, leader: Leadership) -> None:
    standby = backend.leadership("projector")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(standby.acquire, Event())
        assert not waiting.done()
        leader.release()
        assert waiting.result(WITHIN)
    standby.check()
    standby.release()


def test_a_standby_can_be_told_to_stop(backend: Backend, leader: Leadership) -> None:
    stop = Event()
    standby = backend.leadership("projector")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(standby.acquire, stop)
        stop.set()
        assert waiting.result(WITHIN) is False
    leader.check()


def test_another_role_is_free(backend: Backend, leader: Leadership) -> None:
    other = backend.leadership("scheduler")
    assert other.acquire(Event())
    leader.check()
    other.check()
    other.release()


def test_who_never_had_or_gave_up_the_role_is_refused(backend: Backend, leader: Leadership) -> None:
    with pytest.raises(LeadershipLost):
        backend.leadership("projector").check()
    leader.release()
    with pytest.raises(LeadershipLost):
        leader.check()


def test_a_role_whose_connection_was_cut_is_lost_and_can_be_had_again(postgres_database: str) -> None:
    leadership = backend_for(postgres_database).leadership("projector")
    assert leadership.acquire(Event())
    with psycopg.connect(postgres_database, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'ebox-leader-projector'"
        )
    with pytest.raises(LeadershipLost):
        leadership.check()
    assert leadership.acquire(Event())
    leadership.release()


def test_a_killed_process_gives_its_lock_file_back(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite.projector.lock"
    hold = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'w') as file:\n"
        "    fcntl.flock(file, fcntl.LOCK_EX)\n"
        "    print(flush=True)\n"
        "    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with path.open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        other.kill()
    leadership = backend_for(f"sqlite:///{tmp_path}/events.sqlite").leadership("projector")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(leadership.acquire, Event()).result(WITHIN)
    leadership.release()
