"""One works and another waits; keys change while the log goes on; witnesses are asked beside the work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from audit.logfiles.objects import ObjectLogFiles
from audit.sequencer.witnessing import Prove, Witnessing
from audit.tlog.checkpoints import Checkpoint, open_checkpoint
from audit.tlog.cosignatures import CosignerKey, cosign
from audit.tlog.merkle import verify_consistency
from audit.tlog.notes import Note, SignerKey
from audit.tlog.policies import Policy
from domain.errors import Unavailable
from storage.filesystem import FilesystemObjectStore
from storage.keys import is_made_here
from tests.auditlog import AuditLog, directory, wait_for


def test_a_standby_takes_over_and_doubles_nothing(log: AuditLog) -> None:
    first, second = log.sequencer(), log.sequencer()
    with log.running(second):
        with log.running(first):
            log.append_many(30)
            log.covered()
        log.append_many(30)
        after = log.covered()
    assert after.size == len({one.event for one in log.entries()}) == 61


def test_two_that_work_at_once_do_not_sign_two_histories(
    small_log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the lock to fail, rows and the kept checkpoint let one of them through."""
    monkeypatch.setattr("eventstore.leader.FileLeadership._try", lambda _self: True)
    monkeypatch.setattr("eventstore.leader.FileLeadership.check", lambda _self: None)
    with small_log.running(), small_log.running():
        for _ in range(5):
            small_log.append_many(20)
            small_log.covered()
    assert len({one.event for one in small_log.entries()}) == small_log.covered().size == 101


def test_a_key_is_rotated_on_record_and_the_old_one_signs_beside_it(small_log: AuditLog) -> None:
    small_log.append_many(3)
    small_log.run_until_covered()
    (old,) = small_log.keys
    new = SignerKey.generate(old.name)
    small_log.keys = [new, old]
    assert rotations_when_there_are(small_log, 1) == [{"vkeys": [new.verifier.text, old.verifier.text]}]
    note = small_log.files.read("checkpoint") or b""
    assert open_checkpoint(note, [old.verifier])
    assert open_checkpoint(note, [new.verifier])
    assert small_log.files.read("vkeys") == f"{new.verifier.text}\n{old.verifier.text}\n".encode()

    small_log.keys = [new]
    assert rotations_when_there_are(small_log, 2)[1] == {"vkeys": [new.verifier.text]}


def rotations_when_there_are(log: AuditLog, count: int) -> list[dict[str, Any] | None]:
    def found() -> list[dict[str, Any] | None]:
        return [one.facts for one in log.entries() if one.kind == "audit_log.key_rotated"]

    with log.running():
        log.covered_with(lambda: len(found()) == count)
    return found()


class Witness:
    """Cosigns what is consistent with what it saw last; while it is away it answers nothing."""

    def __init__(self) -> None:
        self.key = CosignerKey.generate("witness.example/w1")
        self.seen: Checkpoint | None = None
        self.is_away = False

    def submit(self, note: bytes, prove: Prove) -> Sequence[str]:
        if self.is_away:
            raise Unavailable("away")
        text = Note.parse(note).text
        checkpoint = Checkpoint.parse(text)
        if self.seen is not None and self.seen.size:
            proof = list(prove(self.seen.size))
            verify_consistency(self.seen.size, self.seen.root, checkpoint.size, checkpoint.root, proof)
        self.seen = checkpoint
        return [cosign(self.key, text, datetime.now(UTC)).line]


@pytest.fixture
def witness(small_log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> Witness:
    """The one witness that the log asks, and has to have."""
    monkeypatch.setattr("audit.sequencer.witnessing.APART_SECONDS", 0.01)
    monkeypatch.setattr("audit.sequencer.witnessing.AGAIN_SECONDS", (0.05,))
    one = Witness()
    policy = Policy.parse(f"witness w1 {one.key.verifier.text}\nquorum w1\n")
    small_log.new_witnessing = lambda: Witnessing(one, policy, small_log.files)
    return one


def cosigned(log: AuditLog, path: str, size: int) -> bool:
    note = log.files.read(path)
    parsed = Note.parse(note) if note else None
    return parsed is not None and Checkpoint.parse(parsed.text).size == size and len(parsed.signatures) == 2


def test_cosignatures_come_to_the_checkpoint_when_they_come(small_log: AuditLog, witness: Witness) -> None:
    with small_log.running():
        small_log.append_many(300)
        size = small_log.covered().size
        wait_for(lambda: cosigned(small_log, "checkpoint", size))
        wait_for(lambda: cosigned(small_log, "checkpoint-witnessed", size))

        witness.is_away = True
        small_log.append()
        later = small_log.covered().size
        assert cosigned(small_log, "checkpoint-witnessed", size)
        witness.is_away = False
        wait_for(lambda: cosigned(small_log, "checkpoint-witnessed", later))
    assert small_log.run_until_covered().size == later


def test_what_nobody_cosigned_is_asked_for_at_the_next_start(small_log: AuditLog, witness: Witness) -> None:
    witness.is_away = True
    small_log.append_many(3)
    size = small_log.run_until_covered().size

    witness.is_away = False
    with small_log.running():
        wait_for(lambda: cosigned(small_log, "checkpoint-witnessed", size))
        wait_for(lambda: cosigned(small_log, "checkpoint", size))


def test_it_stops_while_it_publishes_everything_anew(
    small_log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.sequencer.beginning.PAGE_ROWS", 1)
    small_log.append_many(600)
    small_log.run_until_covered()
    small_log.files = directory(small_log.folder / "made-again")
    with small_log.running():
        wait_for(lambda: any(True for _ in small_log.files.list("tile/")))
    assert small_log.files.read("checkpoint") is None
    assert small_log.run_until_covered().size == 601


def test_the_log_as_objects_is_let_alone_by_the_sweep(small_log: AuditLog) -> None:
    objects = FilesystemObjectStore(small_log.folder / "objects")
    objects.prepare()
    small_log.files = ObjectLogFiles(objects)
    small_log.append_many(300)
    assert small_log.run_until_covered().size == 301

    keys = [entry.key for entry in objects.list()]
    assert len(keys) > 5
    assert not [key for key in keys if is_made_here(key)]
    small_log.files.close()
