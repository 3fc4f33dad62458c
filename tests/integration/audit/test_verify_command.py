"""`ebox audit verify`, `reconcile`, `prove` and `check-proof`, from the command line to the exit status."""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from audit.tlog.notes import SignerKey
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import TILE_WIDTH, encode_bundle, entries_path
from cli import app
from tests.tampering.genuine import ORIGIN, POLICY, cosigned
from tests.tampering.rows import delete
from tests.tampering.scene import Scene


@dataclass(frozen=True, slots=True)
class Desk:
    """An auditor's desk: the copy of a log, and the files that they believe. Nothing is set, nothing runs."""

    scene: Scene
    folder: Path

    def ebox(self, command: str, *arguments: str | Path, status: int = 0) -> Result:
        """`ebox audit …`, which ends in this status, and not because it broke down."""
        result = CliRunner().invoke(app, ["audit", command, *map(str, arguments)])
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert result.exit_code == status, result.output
        return result

    def file(self, name: str, content: bytes | str) -> Path:
        """A file on the desk."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    @property
    def known(self) -> list[str | Path]:
        """The key, and a checkpoint kept from earlier."""
        return [*self.key, "--pinned", self.file("pinned", self.scene.earlier)]

    @property
    def key(self) -> list[str | Path]:
        """The log's key."""
        return ["--vkey-file", self.file("log.vkey", f"{self.scene.key.verifier.text}\n")]

    @property
    def log(self) -> list[str | Path]:
        """The copy."""
        return ["--log", self.scene.log]


@pytest.fixture
def desk(scene: Scene, tmp_path: Path) -> Desk:
    """With a copy of the genuine log."""
    return Desk(scene, tmp_path)


def test_a_whole_log_ends_in_0(desk: Desk) -> None:
    said = desk.ebox("verify", *desk.log, *desk.known).stdout
    assert "Nothing is wrong" in said
    assert f"{len(desk.scene.leaves)} leaves" in said


def test_findings_end_in_1_and_name_leaf_mailbox_and_what_to_do(desk: Desk) -> None:
    (expected,) = delete(desk.scene)
    store = ["--event-store", desk.scene.event_store]
    said = desk.ebox("reconcile", *desk.log, *desk.known, *store, status=1).stdout
    assert f"leaf {expected.leaf}, mailbox {expected.subject}" in said
    assert "backup" in said
    assert desk.ebox("verify", *desk.log, *desk.known, *store, status=1).stdout == said
    assert desk.ebox("verify", *desk.log, *desk.known).stdout != said


def test_rows_are_not_read_for_a_log_that_nobody_known_signed(desk: Desk) -> None:
    other = desk.file("other.vkey", SignerKey.generate(ORIGIN).verifier.text)
    store = ["--event-store", desk.scene.event_store]
    said = desk.ebox("reconcile", *desk.log, "--vkey-file", other, *store, status=1)
    assert "cannot be believed" in said.stdout
    gc.collect()  # what is left behind half read complains now


def test_programs_get_json(desk: Desk) -> None:
    (expected,) = delete(desk.scene)
    store = ["--event-store", desk.scene.event_store]
    said = json.loads(desk.ebox("reconcile", *desk.log, *desk.known, *store, "--json", status=1).stdout)
    assert [(one["rule"], one["leaf"], one["subject"]) for one in said["findings"]] == [
        ("row-missing", expected.leaf, expected.subject)
    ]
    assert (said["exitCode"], said["size"], said["counts"]) == (1, len(desk.scene.leaves), {"row-missing": 1})


def test_a_wrong_call_ends_in_2(desk: Desk) -> None:
    desk.ebox("verify", *desk.log, status=2)
    desk.ebox("verify", *desk.log, "--vkey-file", desk.folder / "nowhere", status=2)
    desk.ebox("verify", *desk.log, "--vkey-file", desk.file("no.vkey", "no key"), status=2)
    desk.ebox("verify", *desk.log, *desk.key, "--policy", desk.file("policy", "quorum"), status=2)
    desk.ebox("reconcile", *desk.log, *desk.key, "--event-store", "mysql://nowhere", status=2)
    desk.ebox("prove", *desk.log, status=2)
    desk.ebox("prove", *desk.log, "--index", "1", "--consistency", desk.folder / "nowhere", status=2)
    desk.ebox("check-proof", desk.file("text", "no proof"), *desk.key, status=2)


def test_what_cannot_be_told_ends_in_3(desk: Desk) -> None:
    assert "--pinned" in desk.ebox("verify", *desk.log, *desk.key, status=3).stdout
    desk.ebox("verify", "--log", desk.folder / "nowhere", *desk.key, status=3)
    desk.ebox("prove", "--log", desk.folder / "nowhere", "--index", "0", status=3)


def test_a_policy_takes_the_place_of_a_pinned_checkpoint(desk: Desk) -> None:
    desk.scene.write("checkpoint", cosigned(desk.scene.read("checkpoint"), datetime.now(UTC)))
    policy = desk.file("policy", POLICY)
    desk.ebox("verify", *desk.log, *desk.key, "--policy", policy)
    desk.ebox("verify", *desk.log, *desk.key, "--witness", policy)


def test_an_event_is_proved_to_somebody_who_has_only_the_key(desk: Desk) -> None:
    index = desk.scene.index("message.opened", 3)
    entry = desk.scene.leaves[index]
    out = desk.folder / "opened.tlog-proof"
    desk.ebox("prove", *desk.log, "--event", entry.event, "--out", out)
    said = desk.ebox("check-proof", out, *desk.key).stdout
    for told in (f"Leaf {index}", entry.event, entry.kind, entry.time, entry.subject, ORIGIN):
        assert told in said
    assert desk.ebox("prove", *desk.log, "--index", str(index)).stdout_bytes == out.read_bytes()


def test_the_proof_is_under_a_witnessed_checkpoint_where_there_is_one(desk: Desk) -> None:
    note = cosigned(desk.scene.read("checkpoint"), datetime.now(UTC))
    desk.scene.write("checkpoint-witnessed", note)
    proof = desk.file("a.tlog-proof", desk.ebox("prove", *desk.log, "--index", "300").stdout_bytes)
    assert TlogProof.parse(proof.read_bytes()).checkpoint == note
    policy = desk.file("policy", POLICY)
    assert (
        "Witnesses cosigned it: w at" in desk.ebox("check-proof", proof, *desk.key, "--policy", policy).stdout
    )


def test_a_proof_of_something_else_proves_nothing(desk: Desk) -> None:
    proof = TlogProof.parse(desk.ebox("prove", *desk.log, "--index", "7").stdout_bytes)
    assert proof.extra is not None
    forged = [
        TlogProof(8, proof.hashes, proof.checkpoint, proof.extra),
        TlogProof(7, proof.hashes[::-1], proof.checkpoint, proof.extra),
        TlogProof(7, proof.hashes, proof.checkpoint, proof.extra.replace(b'"v":1', b'"v": 1')),
        TlogProof(7, proof.hashes, proof.checkpoint.replace(b"\n300\n", b"\n301\n"), proof.extra[:-1]),
        TlogProof(7, proof.hashes, proof.checkpoint, None),
    ]
    for one in forged:
        file = desk.file("forged", one.encode())
        assert "proves nothing" in desk.ebox("check-proof", file, *desk.key, status=1).stdout
    true = desk.file("true", proof.encode())
    other = desk.file("other.vkey", SignerKey.generate(ORIGIN).verifier.text)
    desk.ebox("check-proof", true, "--vkey-file", other, status=1)
    policy = desk.file("policy", POLICY)
    desk.ebox("check-proof", true, *desk.key, "--policy", policy, status=1)
    desk.ebox("check-proof", true, status=2)


def test_an_event_that_the_log_has_not_got_is_not_proved(desk: Desk) -> None:
    desk.ebox("prove", *desk.log, "--event", "0190a000-0000-7000-8000-0000000000e1", status=1)
    desk.ebox("prove", *desk.log, "--index", "100000", status=1)


def test_from_a_log_that_is_damaged_nothing_is_proved(desk: Desk) -> None:
    event = desk.scene.leaves[7].event
    for damaged in (b"", b"\0\1", encode_bundle([f'{{"event":"{event}"'.encode()] * TILE_WIDTH)):
        desk.scene.write(entries_path(0), damaged)
        desk.ebox("prove", *desk.log, "--index", "7", status=1)
        desk.ebox("prove", *desk.log, "--event", event, status=1)


def test_that_a_log_has_only_grown_is_proved(desk: Desk) -> None:
    old = desk.file("old", desk.scene.earlier)
    proof = desk.file("grown", desk.ebox("prove", *desk.log, "--consistency", old).stdout_bytes)
    said = desk.ebox("check-proof", proof, *desk.key, "--pinned", old).stdout
    assert f"The {len(desk.scene.leaves)} leaves" in said
    desk.ebox("check-proof", proof, *desk.key, status=2)
    lines = proof.read_bytes().split(b"\n")
    forged = desk.file("forged", b"\n".join([lines[0], lines[2], lines[1], *lines[3:]]))
    desk.ebox("check-proof", forged, *desk.key, "--pinned", old, status=1)


def test_a_log_that_was_rewritten_cannot_prove_that_it_has_only_grown(desk: Desk) -> None:
    old = desk.file("old", desk.scene.earlier)
    desk.scene.publish(desk.scene.leaves[1:])
    desk.ebox("prove", *desk.log, "--consistency", old, status=1)
