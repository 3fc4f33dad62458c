"""A log and an event store may hold anything: the verifier says what is wrong, and never breaks down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit import leaf
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import CANNOT_TELL, Report, Rule, Unreachable
from audit.verifier.telling import lines
from audit.verifier.verifying import verify_log
from tests.tampering.scene import Scene


def verified(scene: Scene, *, with_rows: bool = False) -> Report:
    """What is said of the scene."""
    store = scene.event_store if with_rows else None
    return verify_log(str(scene.log), Trusted([scene.key.verifier], [scene.earlier]), event_store=store)


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 60_000,
        b'{"facts":' + b"[" * 30_000,
        b"0" * 65_535,
    ],
    ids=["empty", "no text", "a list", "nothing", "deep", "deep inside", "long"],
)
def test_an_entry_that_is_none_is_a_finding(scene: Scene, entry: bytes) -> None:
    scene.publish([*scene.leaves, entry])
    assert [(one.rule, one.leaf) for one in verified(scene).findings] == [(Rule.MALFORMED, len(scene.leaves))]


@pytest.mark.parametrize(
    "changes",
    [
        {"sequence": 2**70},
        {"sequence": -1},
        {"position": 2**70},
        {"time": "9999-12-31T23:59:59Z"},
        {"time": "yesterday"},
        {"time": ""},
        {"logged": "0001-01-01T00:00:00Z"},
        {"event": "\x1b[31m"},
        {"subject": "m:"},
        {"previous": b"short"},
        {"stored": b""},
        {"kind": "audit_log.day_closed", "facts": {"day": "9999-12-31", "count": 1, "heads": "AA=="}},
        {"kind": "audit_log.key_rotated", "facts": {"vkeys": [1]}},
        {"kind": "audit_log.began", "facts": None},
    ],
    ids=str,
)
def test_an_entry_that_says_what_cannot_be_is_a_finding(scene: Scene, changes: dict[str, Any]) -> None:
    last = scene.leaves[-1]
    strange = msgspec.structs.replace(
        last,
        **{
            "position": last.position + 1,
            "event": "0190a000-0000-7000-8000-0000000000e1",
            "sequence": last.sequence + 1,
            "kind": "audit.replayed",
            "facts": None,
            **changes,
        },
    )
    scene.publish([*scene.leaves, leaf.encode(strange)])
    report = verified(scene, with_rows=True)
    assert len(scene.leaves) in {one.leaf for one in report.findings}


def test_a_file_without_end_is_not_read_to_its_end(scene: Scene) -> None:
    with (scene.log / "tile/0/000").open("r+b") as file:
        file.truncate(2**40)
    report = verified(scene)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000"])
def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(scene: Scene, path: str) -> None:
    (scene.log / path).unlink()
    os.mkfifo(scene.log / path)
    assert verified(scene).exit_code == CANNOT_TELL


def test_nothing_that_a_log_says_reaches_the_screen_as_a_command(scene: Scene) -> None:
    last = scene.leaves[-1]
    erased = scene.leaves[scene.index("mailbox.owner_erased")]
    loud = msgspec.structs.replace(
        erased, kind="\x1b[2J\x07" + "a" * 5_000, position=last.position + 1, sequence=erased.sequence + 1
    )
    scene.publish([*scene.leaves, leaf.encode(loud)])
    report = verified(scene)
    assert Rule.AFTER_ERASURE in report.counts
    for line in lines(report):
        assert line.isprintable()
        assert len(line) < 1_000


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", 10**12),
        ("state", 1.5),
        ("state", "a text"),
        ("state", "[" * 50_000),
        ("topic", "x" * 100_000),
        ("topic", b"\xff\xfe"),
        ("topic", 7),
        ("originator_id", "no id"),
        ("originator_id", 7),
        ("originator_version", -1),
        ("originator_version", 2**62),
        ("originator_version", "seven"),
    ],
    ids=lambda one: str(one)[:20],
)
def test_a_row_that_holds_anything_is_a_changed_one(scene: Scene, column: str, value: Any) -> None:
    index = scene.index("mailbox.activated")
    position = scene.leaves[index].position
    scene.sql(f"UPDATE stored_events SET {column} = ? WHERE rowid = ?", value, position)
    report = verified(scene, with_rows=True)
    assert [one.leaf for one in report.findings] == [index]
    assert {one.rule for one in report.findings} <= {Rule.ROW_CHANGED, Rule.PAYLOAD_MISSING}


def test_text_that_is_none_does_not_stop_the_comparison(scene: Scene) -> None:
    index = scene.index("mailbox.activated")
    scene.sql(
        "UPDATE stored_events SET topic = CAST(x'ff' AS TEXT) WHERE rowid = ?", scene.leaves[index].position
    )
    assert [(one.rule, one.leaf) for one in verified(scene, with_rows=True).findings] == [
        (Rule.ROW_CHANGED, index)
    ]


def test_a_file_that_is_no_event_store_is_not_judged(scene: Scene, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"no database at all, just some text")
    with pytest.raises(Unreachable):
        verify_log(
            str(scene.log), Trusted([scene.key.verifier], [scene.earlier]), event_store=f"sqlite:///{other}"
        )
