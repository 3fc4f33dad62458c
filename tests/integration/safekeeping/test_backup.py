"""A backup, restored into an empty place, is the same eBox."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from bootstrap.errors import CannotStart
from domain.personal import ERASED
from tests.integration.api.embedded import AN, LEA, embedded_ebox
from tests.integration.safekeeping.places import MESSAGES, Place, erase, history, mailbox_of, publish


async def test_the_same_mailbox_is_there_and_an_erased_party_stays_erased(
    places: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = places
    folder, keys_of_before = tmp_path / "backup", tmp_path / "keys of before"
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, pages=1)
        leas = await publish(ebox, LEA.number, pages=1)
        first = await lost.back_up(folder, keys_of_before)
        assert (first.manifest.document_count, first.manifest.missing) == (2, 0)
        await publish(ebox, AN.number, pages=2)
        await erase(ebox, LEA.number)
        await ebox.caught_up()
        await mailbox_of(ebox, AN.key)  # opens everything
        await ebox.caught_up()
        before = await mailbox_of(ebox, AN.key)
        assert len(before["list"]["items"]) == 2
        await ebox.caught_up()
        told_before = await history(ebox)
        end = ebox.system.events.max_position()
        tokens = ebox.tokens
        second = await lost.back_up(folder, tmp_path / "keys of now")
        assert second.manifest.position == end
        # An erased party's document is in the backup no more, and nothing is copied twice.
        assert second.manifest.document_count == 2
        assert second.events_added == end - first.manifest.position

    restored = await new.restore(folder, keys_of_before)
    assert (restored.erased, restored.keys_are_older, restored.damaged) == (1, True, [])
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        ebox.tokens = tokens  # the keys that signed them were restored too
        told = {line["position"]: line for line in await history(ebox)}
        assert [told[line["position"]] for line in told_before] == told_before
        assert await mailbox_of(ebox, AN.key) == before
        event = ebox.system.events.first_event(UUID(leas))
        assert event is not None
        assert vars(event)["subject"] is ERASED
        later = await publish(ebox, AN.number, pages=1)
        assert ebox.system.events.max_position() > end
        headers = ebox.as_(AN.key)
        await ebox.caught_up()
        assert (await ebox.http.get(f"{MESSAGES}/{later}", headers=headers)).status_code == 200


async def test_a_restore_is_refused_where_something_is(on_files: tuple[Place, Place], tmp_path: Path) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, pages=1)
        await lost.back_up(tmp_path / "backup")
    with pytest.raises(CannotStart, match="the event store is not empty"):
        await lost.restore(tmp_path / "backup")
    objects = new.folder / "data" / "objects" / "ab"
    objects.mkdir(parents=True)
    (objects / "something").write_bytes(b"x")
    with pytest.raises(CannotStart, match="the object store is not empty"):
        await new.restore(tmp_path / "backup")


async def test_a_damaged_backup_is_told_before_anything_is_restored(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings):
        done = await lost.back_up(tmp_path / "backup")
    (segment,) = done.manifest.events
    path = tmp_path / "backup" / segment.name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CannotStart, match="is not what its manifest says"):
        await new.restore(tmp_path / "backup")


async def test_a_lost_document_is_named_and_the_rest_is_restored(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        for pages in (1, 2):
            await publish(ebox, AN.number, pages)
        await lost.back_up(tmp_path / "backup")
    bad, good = sorted((tmp_path / "backup" / "objects").glob("??/*"))
    bad.write_bytes(bad.read_bytes()[:-1] + b"x")
    restored = await new.restore(tmp_path / "backup")
    assert restored.damaged == [f"{bad.parent.name}/{bad.name}"]
    assert (new.folder / "data" / "objects" / good.parent.name / good.name).exists()


async def test_a_backup_without_the_right_key_is_not_restored(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    async with embedded_ebox(lost.folder, **lost.settings):
        await lost.back_up(tmp_path / "backup")
    new.settings["key_encryption_key"] = lost.settings["identifier_key"]
    with pytest.raises(CannotStart, match="EBOX_KEY_ENCRYPTION_KEY does not open the keys of this backup"):
        await new.restore(tmp_path / "backup")


async def test_a_backup_is_for_its_owner_alone_and_of_one_log(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, other = on_files
    folder = tmp_path / "backup"
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, pages=1)
        await lost.back_up(folder)
    modes = {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()}
    folders = {path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*")) if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    async with embedded_ebox(other.folder, **other.settings):
        with pytest.raises(CannotStart, match="the backup of another event store"):
            await other.back_up(folder)


async def test_a_backup_that_was_broken_off_leaves_the_one_before(
    on_files: tuple[Place, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, new = on_files
    folder = tmp_path / "backup"
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, pages=1)
        first = await lost.back_up(folder)
        await publish(ebox, AN.number, pages=2)
        with monkeypatch.context() as patch:
            patch.setattr("application.backup.documents.copy", _fail)
            with pytest.raises(CannotStart):
                await lost.back_up(folder)
    assert (await new.restore(folder)).manifest == first.manifest


def _fail(*_: object) -> None:
    raise OSError(28, "No space left on device")
