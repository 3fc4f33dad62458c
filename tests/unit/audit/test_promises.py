"""What a promise says, when it is kept and when it is broken; and the command that tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from application.accepted import Accepted
from audit import promises
from audit.leaf import Entry, encode, mailbox_subject
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import SignerKey, sign_note
from audit.tlog.proofs import TlogProof
from cli import app

ORIGIN = "ebox.test/audit"
LOG, PROMISING = SignerKey.generate(ORIGIN), SignerKey.generate(promises.key_name(ORIGIN))
KEYS = [LOG.verifier, PROMISING.verifier]
AT = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
ACCEPTED = Accepted(UUID(int=1), UUID(int=2), 4711, AT)


def proof_of(
    accepted: Accepted,
    after: timedelta = timedelta(seconds=1),
    kind: str = "message.published",
    log: SignerKey = LOG,
) -> bytes:
    """The proof of a log with this one leaf, logged so long after the acceptance."""
    entry = encode(
        Entry(
            commitments={},
            event=str(accepted.event_id),
            kind=kind,
            logged=(accepted.at + after).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            position=accepted.position,
            previous=None,
            sequence=1,
            stored=bytes(32),
            subject=mailbox_subject(UUID(int=3)),
            time=accepted.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            v=1,
        )
    )
    note = sign_note(Checkpoint(log.name, 1, leaf_hash(entry)).text, log).encode()
    return TlogProof(0, (), note, entry).encode()


def test_a_promise_says_what_was_accepted_and_until_when_it_is_logged() -> None:
    note = promises.promise(ORIGIN, [ACCEPTED], PROMISING)
    first, second, *_ = note.splitlines()
    assert first == "eBox promise of ebox.test/audit"
    assert second == (
        f"publication {UUID(int=1)} event {UUID(int=2)} position 4711 "
        "accepted 2027-02-01T09:30:00.000000Z logged by 2027-02-02T09:30:00.000000Z"
    )
    assert promises.read(note, KEYS) == [promises.Promised(ACCEPTED, AT + timedelta(hours=24))]


def test_what_was_logged_in_time_keeps_the_promise() -> None:
    note = promises.promise(ORIGIN, [ACCEPTED], PROMISING)
    assert promises.check(note, KEYS, proof_of(ACCEPTED)).accepted == ACCEPTED
    assert promises.check(note, KEYS, proof_of(ACCEPTED, timedelta(hours=24))).accepted == ACCEPTED


@pytest.mark.parametrize(
    "proof",
    [
        proof_of(ACCEPTED, timedelta(hours=24, microseconds=1)),
        proof_of(ACCEPTED, kind="message.withdrawn"),
        proof_of(Accepted(ACCEPTED.message_id, ACCEPTED.event_id, 4712, AT)),
        proof_of(Accepted(ACCEPTED.message_id, ACCEPTED.event_id, 4711, AT + timedelta(seconds=1))),
    ],
)
def test_what_is_logged_late_or_otherwise_breaks_it(proof: bytes) -> None:
    note = promises.promise(ORIGIN, [ACCEPTED], PROMISING)
    with pytest.raises(promises.PromiseBroken):
        promises.check(note, KEYS, proof)


def test_what_another_log_has_keeps_no_promise_about_this_one() -> None:
    note = promises.promise(ORIGIN, [ACCEPTED], PROMISING)
    other = SignerKey.generate("other.test/audit")
    with pytest.raises(promises.PromiseInvalid):
        promises.check(note, [*KEYS, other.verifier], proof_of(ACCEPTED, log=other))


def test_a_checkpoint_is_no_promise_and_a_promise_no_checkpoint() -> None:
    signed_by_the_log = promises.promise(ORIGIN, [ACCEPTED], LOG)
    with pytest.raises(promises.PromiseInvalid):
        promises.read(signed_by_the_log, KEYS)
    checkpoint = sign_note(Checkpoint(ORIGIN, 1, leaf_hash(b"")).text, PROMISING)
    with pytest.raises(promises.PromiseInvalid):
        promises.read(checkpoint.encode(), KEYS)


@pytest.mark.parametrize("old", ["4711", "accepted 2027", "publication 0", "logged by 2027"])
def test_a_promise_whose_text_was_changed_is_refused(old: str) -> None:
    note = promises.promise(ORIGIN, [ACCEPTED], PROMISING)
    assert old in note
    with pytest.raises(promises.PromiseInvalid):
        promises.read(note.replace(old, old[:-1] + "9"), KEYS)


class Command:
    """The command in a folder of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.promise, self.proof, self.keys = (folder / name for name in ("promise", "proof", "keys"))
        self.promise.write_text(promises.promise(ORIGIN, [ACCEPTED], PROMISING))
        self.proof.write_bytes(proof_of(ACCEPTED))
        self.keys.write_text("".join(f"{key.text}\n" for key in KEYS))

    def run(self, *more: str | Path) -> Result:
        """What it says."""
        arguments = ["audit", "check-promise", self.promise, "--vkey-file", self.keys, *more]
        return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def command(tmp_path: Path, logging_as_it_is: None) -> Command:
    return Command(tmp_path)


def test_the_command_says_whether_it_was_kept(command: Command) -> None:
    kept = command.run("--proof", command.proof)
    assert (kept.exit_code, "was kept" in kept.output) == (0, True)
    command.proof.write_bytes(proof_of(ACCEPTED, timedelta(days=2)))
    broken = command.run("--proof", command.proof, "--json")
    assert (broken.exit_code, json.loads(broken.stdout)["state"]) == (1, "broken")


def test_without_a_proof_the_command_cannot_tell(command: Command) -> None:
    told = command.run("--json")
    assert told.exit_code == 3
    assert json.loads(told.stdout)["publications"][0]["messageId"] == str(ACCEPTED.message_id)


def test_the_command_takes_the_whole_answer(command: Command) -> None:
    command.promise.write_text(json.dumps({"messageId": "x", "promise": command.promise.read_text()}))
    assert command.run("--proof", command.proof).exit_code == 0


def test_a_file_that_is_not_there_is_a_wrong_call(command: Command) -> None:
    assert command.run("--proof", command.folder / "nothing").exit_code == 2
