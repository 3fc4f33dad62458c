"""What a witness remembers survives, belongs to one key, and is compared and changed in one step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from audit.tlog.cosignatures import CosignerKey
from audit.tlog.merkle import EMPTY_ROOT
from audit.witness.errors import NotCosigned, StateUnusable
from audit.witness.service import Witness
from audit.witness.state import KEPT, Latest, Refused, State
from domain.clock import FixedClock
from tests.logs import Log
from tests.unit.audit.witness.conftest import NOON


def test_it_is_there_again_after_a_restart(tmp_path: Path, state: State) -> None:
    with state.exclusive() as records:
        records.remember("a", 7, b"r" * 32, b"note", NOON)
    with closing(State(tmp_path / "witness.state")) as again:
        assert again.all_latest() == [Latest("a", 7, b"r" * 32, b"note", NOON)]
        assert again.vkey == state.vkey
        with again.exclusive() as records:
            assert records.cosigned_at() == NOON


def test_of_a_log_that_was_never_cosigned_it_knows_the_empty_tree(state: State) -> None:
    with state.exclusive() as records:
        assert records.latest("a") == Latest("a", 0, EMPTY_ROOT)


def test_what_fails_leaves_nothing(state: State) -> None:
    def remember_and_fail() -> None:
        with state.exclusive() as records:
            records.remember("a", 7, b"r" * 32, b"note", NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        remember_and_fail()
    assert state.all_latest() == []


def test_a_commit_is_on_disk_before_it_returns(state: State) -> None:
    with state.exclusive():
        (mode,) = state._connection.execute("PRAGMA synchronous").fetchone()
        (journal,) = state._connection.execute("PRAGMA journal_mode").fetchone()
    assert (mode, journal) == (3, "delete")  # EXTRA; https://sqlite.org/pragma.html#pragma_synchronous


def test_a_missing_file_is_never_made_anew(tmp_path: Path, key: CosignerKey) -> None:
    with pytest.raises(StateUnusable, match="needs a new key"):
        State(tmp_path / "lost", key.verifier.text)
    assert not (tmp_path / "lost").exists()


def test_a_file_of_another_witness_is_refused(tmp_path: Path, state: State) -> None:
    other = CosignerKey.generate("witness.example.org/w2").verifier.text
    with pytest.raises(StateUnusable, match="another witness"):
        State(tmp_path / "witness.state", other)
    assert state.vkey != other


@pytest.mark.parametrize("content", [b"", b"no database", b"x" * 8192])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "something"
    path.write_bytes(content)
    with pytest.raises(StateUnusable, match="not the state"):
        State(path)


def test_a_file_is_made_once_and_for_its_owner_alone(tmp_path: Path, state: State) -> None:
    path = tmp_path / "witness.state"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        State.make(path, state.vkey)


def test_two_processes_on_one_file_cannot_cosign_two_histories(
    tmp_path: Path, log: Log, key: CosignerKey, state: State, clock: FixedClock
) -> None:
    """Two witnesses with one key and one file stand for two processes: they share nothing else."""
    fork = log.forked_at(99).grow(b"another %d" % number for number in range(201))
    branches = [log, fork]
    at_once = Barrier(2)
    won: list[list[tuple[int, int]]] = [[], []]

    def ask(number: int) -> None:
        own = State(tmp_path / "witness.state", key.verifier.text)
        witness = Witness(key, {log.key.name: (log.key.verifier,)}, own, clock)
        with closing(witness):
            at_once.wait(10)
            old = 0
            for size in range(100, 140):
                if size < old:  # the other one is ahead
                    continue
                try:
                    witness.add_checkpoint(branches[number].request(old, size))
                except NotCosigned:
                    with own.exclusive() as records:
                        old = records.latest(log.key.name).size
                else:
                    won[number].append((old, size))
                    old = size

    with ThreadPoolExecutor(2) as threads:
        for asked in [threads.submit(ask, number) for number in (0, 1)]:
            asked.result(30)
    # Whoever was first has the witness for its history from then on
    assert sorted(map(bool, won)) == [False, True]
    (latest,) = state.all_latest()
    winner = branches[0] if won[0] else branches[1]
    assert latest.root == winner.tree(latest.size).root()


def test_a_flood_of_refused_checkpoints_is_bounded_and_pushes_nothing_out(state: State) -> None:
    def refused(size: int, *, is_fork: bool) -> Refused:
        return Refused("a", size, b"r" * 32, is_fork, b"note", b"last", NOON + timedelta(seconds=size))

    for size in range(KEPT + 10):
        with state.exclusive() as records:
            records.keep(refused(size, is_fork=False))
    with state.exclusive() as records:
        records.keep(refused(7, is_fork=True))
        records.keep(refused(7, is_fork=True))
    kept = state.all_refused()
    assert [one.size for one in kept] == [7, *range(KEPT)]
    assert kept[0] == refused(7, is_fork=True)
