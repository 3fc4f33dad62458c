"""A timestamp authority's word on a checkpoint, once a day, and what it proves later."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.logfiles.directory import DirectoryLogFiles
from audit.timestamps.authority import Authority, AuthorityUnavailable
from audit.timestamps.daily import DailyTimestamps
from audit.timestamps.tokens import authorities_in
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid
from audit.tlog.notes import Note, SignerKey
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import CANNOT_TELL, FINDINGS, FINE, Report, Rule
from audit.verifier.verifying import verify_log
from cli import app
from domain.clock import FixedClock
from tests.servers.process import wait_until
from tests.servers.timestamps import TimestampAuthority
from tests.tampering.scene import Scene, chained


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimestampAuthority]:
    with TimestampAuthority(tmp_path_factory.mktemp("authority") / "tsa") as server:
        yield server


@pytest.fixture
def authority(running: TimestampAuthority) -> TimestampAuthority:
    running.answer_with, running.asked = None, 0
    return running


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def daily(scene: Scene, authority: TimestampAuthority, clock: FixedClock) -> Iterator[DailyTimestamps]:
    asked = Authority(authority.url, ssl.create_default_context())
    yield DailyTimestamps(asked, DirectoryLogFiles(scene.log), [scene.key.verifier], clock)
    asked.close()


def size_of(scene: Scene) -> int:
    return Checkpoint.parse(Note.parse(scene.read("checkpoint")).text).size


def verified(scene: Scene, root: Path, pinned: Sequence[bytes] | None = None) -> Report:
    notes = [scene.earlier] if pinned is None else pinned
    trusted = Trusted([scene.key.verifier], notes, authorities=authorities_in(root.read_bytes()))
    return verify_log(str(scene.log), trusted)


def rules(report: Report) -> set[Rule]:
    return {one.rule for one in report.findings}


def test_a_checkpoint_is_stamped_once_a_day_and_the_stamp_is_checked(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps, clock: FixedClock
) -> None:
    size = size_of(scene)
    daily.stamp_if_due()
    daily.stamp_if_due()
    assert authority.asked == 1
    assert scene.read("timestamps/index") == b"%d\n" % size
    assert scene.read(f"timestamps/{size}") == authority.last_answer
    report = verified(scene, authority.root)
    assert (report.exit_code, report.findings) == (FINE, [])
    assert any(f"saw {size} leaves" in note for note in report.notes)
    clock.advance(timedelta(days=1))
    daily.stamp_if_due()  # nothing new
    assert authority.asked == 1


def test_another_process_of_the_day_leaves_it_at_that(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps, clock: FixedClock
) -> None:
    daily.stamp_if_due()
    asked = Authority(authority.url, ssl.create_default_context())
    DailyTimestamps(asked, DirectoryLogFiles(scene.log), [scene.key.verifier], clock).stamp_if_due()
    asked.close()
    assert authority.asked == 1


def test_while_a_log_is_made_it_is_stamped_by_itself(
    scene: Scene, daily: DailyTimestamps, logging_as_it_is: None
) -> None:
    with daily.running():
        wait_until((scene.log / "timestamps" / "index").exists, 10, lambda: "nothing was stamped")


def test_a_checkpoint_that_the_log_did_not_sign_is_not_stamped(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps
) -> None:
    scene.publish(scene.leaves, SignerKey.generate(scene.key.name))
    with pytest.raises(CheckpointInvalid):
        daily.stamp_if_due()
    assert authority.asked == 0


def test_an_answer_that_is_no_timestamp_of_it_is_not_kept(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps
) -> None:
    daily.stamp_if_due()
    another = authority.last_answer
    for path in ("timestamps/index", f"timestamps/{size_of(scene)}"):
        (scene.log / path).unlink()
    asked = Authority(authority.url, ssl.create_default_context())
    again = DailyTimestamps(
        asked, DirectoryLogFiles(scene.log), [scene.key.verifier], FixedClock(datetime.now(UTC))
    )
    refused = bytes.fromhex("30053003020102")  # PKIStatus 2: rejection
    for wrong in (b"", b"hello", another, another[:-1], refused, b"x" * 100_000):
        authority.answer_with = wrong
        with pytest.raises(AuthorityUnavailable):
            again.stamp_if_due()
    asked.close()
    assert not list((scene.log / "timestamps").iterdir())


def test_an_authority_that_is_away_is_said_to_be(
    scene: Scene, authority: TimestampAuthority, clock: FixedClock
) -> None:
    asked = Authority("http://127.0.0.1:1/", ssl.create_default_context())
    with pytest.raises(AuthorityUnavailable, match="ConnectError"):
        DailyTimestamps(asked, DirectoryLogFiles(scene.log), [scene.key.verifier], clock).stamp_if_due()
    asked.close()


def test_a_history_that_was_rewritten_and_signed_again_contradicts_its_timestamp(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps
) -> None:
    leaves = scene.leaves
    size = size_of(scene)
    daily.stamp_if_due()
    kept = {path: scene.read(path) for path in ("timestamps/index", f"timestamps/{size}")}
    before = scene.read("checkpoint")
    scene.publish(chained([*leaves[:20], *leaves[21:], leaves[-1]]))
    for path, data in kept.items():
        scene.write(path, data)
    assert scene.read("checkpoint") != before
    assert size_of(scene) == size
    report = verified(scene, authority.root, pinned=())
    assert report.exit_code == FINDINGS
    assert Rule.TIMESTAMP in rules(report)


def test_leaves_that_were_taken_away_are_missed(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps
) -> None:
    leaves = scene.leaves
    daily.stamp_if_due()
    kept = scene.read("timestamps/index")
    scene.publish(leaves[:-1])
    scene.write("timestamps/index", kept)
    report = verified(scene, authority.root, pinned=())
    assert rules(report) == {Rule.TIMESTAMP}


def test_leaves_logged_after_they_were_stamped_are_found(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily.stamp_if_due()
    late = timedelta(days=-4000)
    monkeypatch.setattr("audit.verifier.stamps.CLOCK_SKEW", late)
    assert rules(verified(scene, authority.root)) == {Rule.LOGGED_AFTER_COSIGNING}


def test_another_authority_s_root_and_missing_files_are_told(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps, tmp_path: Path
) -> None:
    assert verified(scene, authority.root).exit_code == CANNOT_TELL
    daily.stamp_if_due()
    with TimestampAuthority(tmp_path / "other") as other:
        assert rules(verified(scene, other.root)) == {Rule.TIMESTAMP}
    (scene.log / f"timestamps/{size_of(scene)}").unlink()
    assert rules(verified(scene, authority.root)) == {Rule.MISSING_FILE}
    scene.write("timestamps/index", b"12x\n")
    assert rules(verified(scene, authority.root)) == {Rule.TIMESTAMP}


def test_the_command_takes_the_authority_s_root(
    scene: Scene, authority: TimestampAuthority, daily: DailyTimestamps, tmp_path: Path
) -> None:
    daily.stamp_if_due()
    (tmp_path / "vkey").write_text(scene.key.verifier.text + "\n")
    (tmp_path / "pinned").write_bytes(scene.earlier)
    verify = ["audit", "verify", "--log", str(scene.log), "--vkey-file", str(tmp_path / "vkey")]
    verify += ["--pinned", str(tmp_path / "pinned"), "--tsa-certificate"]
    told = CliRunner().invoke(app, [*verify, str(authority.root)])
    assert told.exit_code == FINE, told.output
    assert "A timestamp authority saw" in told.output
    assert CliRunner().invoke(app, [*verify, str(tmp_path / "vkey")]).exit_code == 2
