"""A published log taken out, offline: every leaf, in order, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from audit import leaf
from audit.export.formats import Format
from audit.export.published import NotWhole
from audit.export.writing import Summary
from audit.leaf import Entry, mailbox_subject
from audit.logfiles.directory import DirectoryLogFiles
from audit.logfiles.port import CHECKPOINT
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import SignerKey, sign_note
from audit.verifier.findings import WrongUse
from bootstrap.exporting import export_log

ORIGIN = "ebox.example/audit"
MAILBOX = uuid4()
SIZE = 300
KINDS = ("message.published", "access.recorded", "audit_log.day_closed", "site.registered")


def entry(number: int) -> bytes:
    kind = KINDS[number % len(KINDS)]
    moment = f"2026-03-{number % 28 + 1:02}T12:00:00.000000Z"
    return leaf.encode(
        Entry(
            commitments={},
            event=str(uuid4()),
            facts={"day": "2026-03-01", "heads": "x", "count": 1} if "day" in kind else None,
            kind=kind,
            logged=moment,
            position=number + 1,
            previous=None,
            sequence=number + 1,
            stored=bytes(32),
            subject=mailbox_subject(MAILBOX if number % 3 == 0 else uuid4()),
            time=moment,
            v=1,
        )
    )


@pytest.fixture
def entries() -> list[bytes]:
    return [entry(number) for number in range(SIZE)]


@pytest.fixture
def log(tmp_path: Path, entries: list[bytes]) -> Path:
    files = DirectoryLogFiles(tmp_path / "log")
    files.prepare()
    tree = GrowingTree(files.read)
    tree.extend([leaf_hash(one) for one in entries], entries)
    files.write_all(tree.take_files())
    text = Checkpoint(ORIGIN, SIZE, tree.root()).text
    files.write(CHECKPOINT, sign_note(text, SignerKey.generate(ORIGIN)).encode())
    return tmp_path / "log"


def exported(
    log: Path, asked: dict[str, str] | None = None, export_format: Format = Format.JSONL
) -> tuple[list[bytes], Summary]:
    file = log.parent / "out"
    arrived: list[int] = []
    summary = export_log(str(log), None, asked or {}, export_format, file, arrived.append)
    assert sum(arrived) == SIZE
    return file.read_bytes().splitlines(), summary


def test_as_json_lines_every_entry_is_what_was_hashed(log: Path, entries: list[bytes]) -> None:
    lines, summary = exported(log)
    assert lines == entries
    assert (summary.rows, summary.kinds["access.recorded"], summary.without_leaf) == (SIZE, SIZE // 4, 0)
    assert (log.parent / "out").stat().st_mode & 0o777 == 0o600


def test_each_leaf_is_a_valid_audit_event_of_a_pseudonym(log: Path, entries: list[bytes]) -> None:
    lines, _ = exported(log, export_format=Format.FHIR)
    assert len(lines) == SIZE
    for line, one in zip(lines, entries, strict=True):
        event = AuditEvent.model_validate_json(line)
        assert event.id == json.loads(one)["event"]
    assert str(MAILBOX).encode() not in b"".join(lines)


def test_one_mailbox_is_found_by_its_id(log: Path, entries: list[bytes]) -> None:
    lines, _ = exported(log, {"mailbox": str(MAILBOX)})
    assert lines == [one for number, one in enumerate(entries) if number % 3 == 0]


def test_a_kind_and_a_period_narrow_it(log: Path) -> None:
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00+00:00"}
    lines, summary = exported(log, {"kind": "access.recorded", **period})
    assert {(json.loads(one)["kind"], json.loads(one)["time"][:10]) for one in lines} == {
        ("access.recorded", "2026-03-02")
    }
    assert summary.rows == len(lines) > 0


@pytest.mark.parametrize("asked", [{"site": "demo-site"}, {"from": "yesterday"}])
def test_what_no_leaf_can_tell_is_refused(log: Path, asked: dict[str, str]) -> None:
    with pytest.raises(WrongUse):
        exported(log, asked)


def test_of_a_log_with_a_changed_entry_nothing_is_left(log: Path) -> None:
    bundle = log / "tile" / "entries" / "000"
    changed = bundle.read_bytes().replace(b"access.recorded", b"access.rec0rded", 1)
    assert changed != bundle.read_bytes()
    bundle.write_bytes(changed)
    with pytest.raises(NotWhole, match="root"):
        exported(log)
    assert not list(log.parent.glob("out*"))


def test_a_log_without_one_of_its_bundles_is_told_by_its_name(log: Path) -> None:
    (log / "tile" / "entries" / "001.p" / str(SIZE - 256)).unlink()
    with pytest.raises(NotWhole, match=r"tile/entries/001\.p/44"):
        exported(log)
