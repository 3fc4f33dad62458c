"""The rules by which a witness cosigns, one after the other (C2SP tlog-witness)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.cosignatures import CosignerKey, verify_cosignature
from audit.tlog.notes import Note, Signature, SignerKey, sign_note
from audit.witness.errors import (
    ClockWrong,
    OldSizeTooLarge,
    OriginUnknown,
    ProofWrong,
    RequestMalformed,
    RootConflict,
    SignatureMissing,
    SizeConflict,
)
from audit.witness.requests import AddCheckpoint
from audit.witness.service import CLOCK_STEP, Witness
from audit.witness.state import State
from domain.clock import FixedClock
from tests.logs import ORIGIN, Log
from tests.unit.audit.witness.conftest import NOON


def time_of(lines: str, key: CosignerKey, checkpoint: bytes) -> datetime:
    """When the answer says that the checkpoint was cosigned; raises where it is no cosignature of it."""
    (signature,) = Signature.parse_lines(lines)
    return verify_cosignature(key.verifier, Note.parse(checkpoint).text, signature)


def test_a_checkpoint_is_cosigned_with_the_time(witness: Witness, log: Log, key: CosignerKey) -> None:
    lines = witness.add_checkpoint(log.request(0, 100))
    assert lines.startswith("— witness.example.org/w1 ")
    assert lines.endswith("\n")
    assert time_of(lines, key, log.checkpoint(100)) == NOON


@pytest.mark.parametrize("sizes", [(0, 1, 2, 3), (1, 255, 256, 257, 300), (0, 0, 300, 300), (7, 8, 16)])
def test_what_continues_the_last_one_is_cosigned(
    witness: Witness, log: Log, key: CosignerKey, state: State, sizes: tuple[int, ...]
) -> None:
    old = 0
    for size in sizes:
        time_of(witness.add_checkpoint(log.request(old, size)), key, log.checkpoint(size))
        old = size
    (latest,) = state.all_latest()
    assert (latest.size, latest.root) == (sizes[-1], log.tree(sizes[-1]).root())
    assert latest.checkpoint == log.checkpoint(sizes[-1])


def test_the_same_checkpoint_is_cosigned_again_with_a_later_time(
    witness: Witness, log: Log, key: CosignerKey, clock: FixedClock
) -> None:
    witness.add_checkpoint(log.request(0, 100))
    clock.advance(timedelta(seconds=5))
    again = witness.add_checkpoint(log.request(100, 100))
    assert time_of(again, key, log.checkpoint(100)) == NOON + timedelta(seconds=5)


def test_cosigning_the_same_again_wants_no_proof(witness: Witness, log: Log) -> None:
    witness.add_checkpoint(log.request(0, 100))
    with pytest.raises(ProofWrong):
        witness.add_checkpoint(AddCheckpoint(100, (bytes(32),), log.checkpoint(100)).encode())


def test_a_checkpoint_that_is_none_is_malformed(witness: Witness, log: Log) -> None:
    text = Checkpoint(ORIGIN, 5, bytes(32)).text
    for note in (
        b"",
        text.encode(),
        sign_note("two\nlines\n", log.key).encode(),
        sign_note(text.replace("5", "05"), log.key).encode(),
        log.checkpoint(5).replace("—".encode(), b"-"),
        log.checkpoint(5) + b"\x00",
    ):
        with pytest.raises(RequestMalformed):
            witness.add_checkpoint(AddCheckpoint(0, (), note).encode())


def test_a_log_that_is_not_watched_is_unknown(witness: Witness) -> None:
    with pytest.raises(OriginUnknown):
        witness.add_checkpoint(Log(SignerKey.generate("other.example.org"), 3).request(0))


def test_a_checkpoint_that_no_known_key_signed_is_refused(witness: Witness, log: Log, state: State) -> None:
    stranger = SignerKey.generate(ORIGIN)
    signed = log.checkpoint(100)
    for note in (
        log.checkpoint(100, key=stranger),
        log.checkpoint(100, key=SignerKey.generate("other.example.org")),
        signed.replace(b"\n100\n", b"\n101\n"),
    ):
        with pytest.raises(SignatureMissing):
            witness.add_checkpoint(AddCheckpoint(0, (), note).encode())
    assert state.all_latest() == []


def test_signatures_of_unknown_keys_beside_the_logs_are_passed_over(
    witness: Witness, log: Log, key: CosignerKey
) -> None:
    text = Note.parse(log.checkpoint(100)).text
    note = sign_note(text, SignerKey.generate(ORIGIN), SignerKey.generate("x"), log.key).encode()
    time_of(witness.add_checkpoint(AddCheckpoint(0, (), note).encode()), key, note)


def test_a_log_may_have_two_keys(log: Log, key: CosignerKey, state: State, clock: FixedClock) -> None:
    old = SignerKey.generate(ORIGIN)
    witness = Witness(key, {ORIGIN: (log.key.verifier, old.verifier)}, state, clock)
    note = log.checkpoint(10, key=old)
    time_of(witness.add_checkpoint(AddCheckpoint(0, (), note).encode()), key, note)
    witness.add_checkpoint(log.request(10, 20))


def test_an_old_size_beyond_the_checkpoint_is_refused(witness: Witness, log: Log) -> None:
    with pytest.raises(OldSizeTooLarge):
        witness.add_checkpoint(AddCheckpoint(101, (), log.checkpoint(100)).encode())


@pytest.mark.parametrize("old", [0, 99, 101])
def test_an_old_size_that_is_not_the_last_one_is_a_conflict(witness: Witness, log: Log, old: int) -> None:
    witness.add_checkpoint(log.request(0, 100))
    with pytest.raises(SizeConflict) as conflict:
        witness.add_checkpoint(log.request(old, 200))
    assert conflict.value.size == 100
    assert not isinstance(conflict.value, RootConflict)


def test_nothing_was_cosigned_of_a_log_at_first(witness: Witness, log: Log) -> None:
    with pytest.raises(SizeConflict) as conflict:
        witness.add_checkpoint(log.request(5, 100))
    assert conflict.value.size == 0


def test_a_smaller_checkpoint_is_not_cosigned(witness: Witness, log: Log, state: State) -> None:
    witness.add_checkpoint(log.request(0, 200))
    with pytest.raises(OldSizeTooLarge):
        witness.add_checkpoint(AddCheckpoint(200, (), log.checkpoint(100)).encode())
    with pytest.raises(SizeConflict):
        witness.add_checkpoint(log.request(100, 150))
    assert state.all_latest()[0].size == 200


def test_a_proof_that_is_wrong_is_refused_and_nothing_changes(
    witness: Witness, log: Log, state: State
) -> None:
    witness.add_checkpoint(log.request(0, 100))
    right = log.tree(200).consistency(100)
    for proof in ([], right[:-1], [*right, bytes(32)], [bytes(32), *right[1:]], right[::-1]):
        with pytest.raises(ProofWrong):
            witness.add_checkpoint(AddCheckpoint(100, tuple(proof), log.checkpoint(200)).encode())
    assert state.all_latest()[0].size == 100
    witness.add_checkpoint(log.request(100, 200))


def test_from_the_empty_tree_on_a_proof_has_to_be_empty(witness: Witness, log: Log) -> None:
    for size in (0, 100):
        with pytest.raises(ProofWrong):
            witness.add_checkpoint(AddCheckpoint(0, (bytes(32),), log.checkpoint(size)).encode())


def test_an_empty_tree_has_one_root(witness: Witness, log: Log, key: CosignerKey) -> None:
    lines = witness.add_checkpoint(log.request(0, 0))
    assert time_of(lines, key, log.checkpoint(0)) == NOON
    text = log.checkpoint(0).decode().partition("\n\n")[0] + "\n"
    other = text.replace(text.splitlines()[2], "A" * 43 + "=")
    with pytest.raises(RequestMalformed):
        witness.add_checkpoint(AddCheckpoint(0, (), sign_note(other, log.key).encode()).encode())


def test_a_second_history_is_refused_and_kept_as_proof(witness: Witness, log: Log, state: State) -> None:
    witness.add_checkpoint(log.request(0, 100))
    fork = log.forked_at(99).grow([b"another entry 99"])
    assert fork.tree().root() != log.tree(100).root()
    with pytest.raises(RootConflict) as conflict:
        witness.add_checkpoint(fork.request(100))
    assert conflict.value.size == 100
    witness.add_checkpoint(log.request(100, 200))
    (refused,) = state.all_refused()
    assert refused.is_fork
    assert (refused.checkpoint, refused.cosigned) == (fork.checkpoint(), log.checkpoint(100))


def test_a_longer_second_history_is_refused_and_kept(witness: Witness, log: Log, state: State) -> None:
    witness.add_checkpoint(log.request(0, 100))
    fork = log.forked_at(99).grow(b"another %d" % number for number in range(50))
    for _ in range(2):
        with pytest.raises(ProofWrong):
            witness.add_checkpoint(fork.request(100))
    (refused,) = state.all_refused()
    assert not refused.is_fork
    assert refused.size == 149
    assert refused.cosigned == log.checkpoint(100)


def test_the_time_never_goes_back(witness: Witness, log: Log, key: CosignerKey, clock: FixedClock) -> None:
    witness.add_checkpoint(log.request(0, 100))
    clock.advance(-CLOCK_STEP)
    assert time_of(witness.add_checkpoint(log.request(100, 200)), key, log.checkpoint(200)) == NOON


def test_a_clock_that_is_far_behind_stops_it(
    witness: Witness, log: Log, clock: FixedClock, state: State
) -> None:
    witness.add_checkpoint(log.request(0, 100))
    clock.advance(-CLOCK_STEP - timedelta(seconds=1))
    with pytest.raises(ClockWrong):
        witness.add_checkpoint(log.request(100, 200))
    assert state.all_latest()[0].size == 100
    clock.advance(timedelta(minutes=2))
    witness.add_checkpoint(log.request(100, 200))


def test_the_time_of_one_log_binds_the_others(
    log: Log, key: CosignerKey, state: State, clock: FixedClock
) -> None:
    other = Log(SignerKey.generate("other.example.org"), 3)
    logs = {one.key.name: (one.key.verifier,) for one in (log, other)}
    witness = Witness(key, logs, state, clock)
    witness.add_checkpoint(log.request(0))
    clock.advance(timedelta(seconds=-30))
    assert time_of(witness.add_checkpoint(other.request(0)), key, other.checkpoint()) == NOON
    assert [one.cosigned_at for one in state.all_latest()] == [NOON, NOON]
