"""What the verifier says of logs that nobody tampered with, and what it asks for before it believes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import EMPTY_ROOT
from audit.tlog.notes import SignerKey, sign_note
from audit.tlog.policies import Policy
from audit.verifier.checkpoints import Trusted, keys_in, notes_in
from audit.verifier.findings import CANNOT_TELL, FINE, Report, Rule, Unreachable, WrongUse
from audit.verifier.reconciling import Reconciler
from audit.verifier.rows import rows_at
from audit.verifier.sources import Directory
from audit.verifier.verifying import verify, verify_log
from tests.tampering.genuine import ORIGIN, POLICY, cosigned
from tests.tampering.scene import Scene, chained


def trusted(scene: Scene, *pinned: bytes, policy: str | None = None) -> Trusted:
    """The log's key, and these checkpoints."""
    return Trusted([scene.key.verifier], pinned, Policy.parse(policy) if policy else None)


def verified(
    scene: Scene, *pinned: bytes, policy: str | None = None, event_store: str | None = None
) -> Report:
    """What is said of the scene's log."""
    return verify_log(str(scene.log), trusted(scene, *pinned, policy=policy), event_store=event_store)


def test_a_whole_log_of_which_nobody_kept_a_checkpoint_may_be_an_old_one(scene: Scene) -> None:
    report = verified(scene)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
    assert "--pinned" in report.cannot_tell[0]


def test_a_checkpoint_of_no_leaves_pins_nothing(scene: Scene) -> None:
    empty = sign_note(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text, scene.key).encode()
    assert verified(scene, empty).exit_code == CANNOT_TELL
    assert verified(scene, empty, scene.earlier).exit_code == FINE


def test_witnesses_who_cosigned_lately_are_as_good_as_a_pinned_checkpoint(scene: Scene) -> None:
    scene.write("checkpoint", cosigned(scene.read("checkpoint"), datetime.now(UTC)))
    report = verified(scene, policy=POLICY)
    assert (report.exit_code, report.findings, report.cannot_tell) == (FINE, [], [])


def test_the_witnessed_checkpoint_may_be_a_little_behind(scene: Scene) -> None:
    scene.write("checkpoint-witnessed", cosigned(scene.earlier, datetime.now(UTC)))
    assert verified(scene, policy=POLICY).exit_code == FINE


def test_a_log_that_grows_while_it_is_verified_is_not_rolled_back(scene: Scene) -> None:
    newest, now = scene.read("checkpoint"), datetime.now(UTC)
    scene.write("checkpoint", scene.earlier)
    scene.write("checkpoint-witnessed", cosigned(scene.earlier, now))

    class Growing(Directory):
        def read(self, path: str) -> bytes | None:
            data = super().read(path)
            if path == "checkpoint":
                scene.write("checkpoint", newest)
                scene.write("checkpoint-witnessed", cosigned(newest, now))
            return data

    report = verify(Growing(scene.log), trusted(scene, policy=POLICY))
    assert (report.exit_code, report.findings) == (FINE, [])


def test_events_recorded_before_the_checkpoint_was_read_are_among_the_rows(scene: Scene) -> None:
    position = scene.leaves[-5].position
    scene.sql(
        "CREATE TABLE later AS SELECT rowid AS position, * FROM stored_events WHERE rowid >= ?", position
    )
    scene.sql("DELETE FROM stored_events WHERE rowid >= ?", position)

    class Recording(Directory):
        def read(self, path: str) -> bytes | None:
            if path == "checkpoint":
                columns = "originator_id, originator_version, topic, state"
                scene.sql(
                    f"INSERT INTO stored_events (rowid, {columns}) SELECT position, {columns} FROM later"
                )
            return super().read(path)

    report, table = Report(), rows_at(scene.event_store)
    rows = Reconciler(table, report)
    verify(Recording(scene.log), trusted(scene, scene.earlier), rows=rows, report=report)
    rows.close()
    table.close()
    assert (report.exit_code, report.findings) == (FINE, [])


def test_a_cosignature_of_last_week_says_nothing_of_today(scene: Scene) -> None:
    scene.write("checkpoint", cosigned(scene.read("checkpoint"), datetime.now(UTC) - timedelta(days=7)))
    report = verified(scene, policy=POLICY)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
    assert "7 days" in report.cannot_tell[0]


def test_a_cosignature_of_tomorrow_says_nothing_of_today(scene: Scene) -> None:
    scene.write("checkpoint", cosigned(scene.read("checkpoint"), datetime.now(UTC) + timedelta(days=1)))
    report = verified(scene, policy=POLICY)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
    assert "yet to come" in report.cannot_tell[0]


def test_a_policy_that_wants_nobody_pins_nothing(scene: Scene) -> None:
    wants_nobody = POLICY.replace("quorum w", "quorum none")
    report = verified(scene, policy=wants_nobody)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
    assert verified(scene, scene.earlier, policy=wants_nobody).exit_code == FINE


def test_an_empty_log_is_whole(scene: Scene) -> None:
    scene.publish([])
    report = verified(scene)
    assert (report.size, report.findings) == (0, [])


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257])
def test_a_log_of_any_size_is_verified(scene: Scene, size: int) -> None:
    scene.publish(scene.leaves[:size])
    report = verified(scene, scene.read("checkpoint"))
    assert (report.size, report.exit_code, report.findings) == (size, FINE, [])


def test_a_partial_tile_may_be_gone_once_the_full_one_is_there(scene: Scene) -> None:
    older = scene.earlier
    note = scene.read("checkpoint")
    scene.write("checkpoint", older)
    for partial in (scene.log / "tile").rglob("*.p/*"):
        partial.unlink()
    assert verified(scene, older).findings == []
    assert note != older


def test_a_new_key_that_a_leaf_announced_may_sign(scene: Scene) -> None:
    successor = SignerKey.generate(ORIGIN)
    last = scene.leaves[-1]
    announced = msgspec.structs.replace(
        scene.leaves[scene.index("audit_log.began")],
        kind="audit_log.key_rotated",
        facts={"vkeys": [successor.verifier.text, scene.key.verifier.text]},
        logged=last.logged,
        time=last.time,
        position=last.position + 1,
        event="0190a000-0000-7000-8000-0000000000e1",
    )
    scene.publish(chained([*scene.leaves, announced]), successor, scene.key)
    keys = [scene.key.verifier, successor.verifier]
    report = verify_log(str(scene.log), Trusted(keys, [scene.earlier]))
    assert (report.exit_code, report.findings) == (FINE, [])

    scene.publish(chained(scene.leaves), successor)
    report = verify_log(str(scene.log), Trusted(keys, [scene.earlier]))
    assert [one.rule for one in report.findings] == [Rule.KEY_NOT_LOGGED]


def test_events_newer_than_the_checkpoint_are_counted_and_no_findings(scene: Scene) -> None:
    scene.publish(scene.leaves[:-10])
    report = verified(scene, scene.earlier, event_store=scene.event_store)
    assert (report.exit_code, report.findings) == (FINE, [])
    assert "10 events are newer than the checkpoint." in report.notes


def test_a_payload_that_went_with_its_owners_erasure_is_no_finding(scene: Scene) -> None:
    erased = scene.leaves[scene.index("mailbox.owner_erased")].subject
    before = next(
        one for one in scene.leaves if one.subject == erased and one.kind == "mailbox.email_entered"
    )
    scene.sql("UPDATE stored_events SET state = x'' WHERE rowid = ?", before.position)
    report = verified(scene, scene.earlier, event_store=scene.event_store)
    assert (report.exit_code, report.findings) == (FINE, [])
    assert "1 payloads are gone, of owners who were erased later." in report.notes


def test_what_cannot_be_read_is_not_judged(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        verify_log(str(tmp_path / "nowhere"), trusted(scene))
    with pytest.raises(Unreachable):
        verified(scene, event_store=f"sqlite:///{tmp_path}/nowhere.sqlite")
    (scene.log / "checkpoint").unlink()
    assert verified(scene).exit_code == CANNOT_TELL


def test_what_is_pinned_has_to_be_of_this_log(scene: Scene) -> None:
    other = SignerKey.generate("other.example/log")
    foreign = sign_note(Checkpoint(other.name, 5, bytes(32)).text, other).encode()
    with pytest.raises(WrongUse):
        verify_log(str(scene.log), Trusted([scene.key.verifier, other.verifier], [foreign]))
    with pytest.raises(WrongUse):
        verified(scene, foreign)


def test_a_file_may_hold_several_checkpoints_and_keys(scene: Scene) -> None:
    newest = scene.read("checkpoint")
    assert list(notes_in(scene.earlier + newest)) == [scene.earlier, newest]
    assert list(notes_in(scene.earlier + b"\n" + newest)) == [scene.earlier, newest]
    assert keys_in(f"# the log\n\n{scene.key.verifier.text}\n") == [scene.key.verifier]
    for text in ("", "# nothing\n", "no key\n"):
        with pytest.raises(WrongUse):
            keys_in(text)
