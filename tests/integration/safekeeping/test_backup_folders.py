"""A backup goes into a folder alone, and builds on nothing that could not be restored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from application.backup.backing_up import BackedUp
from application.progress import Silent
from bootstrap import safekeeping
from bootstrap.errors import CannotStart
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.safekeeping.places import AtStep, Place, publish


@pytest.mark.parametrize("second", [("b", "k"), ("b", "another"), ("another", "k"), ("k", "another")])
async def test_two_backups_do_not_share_a_folder(
    on_files: tuple[Place, Place], tmp_path: Path, second: tuple[str, str]
) -> None:
    lost, new = on_files
    folder, keys = tmp_path / "b", tmp_path / "k"
    refused: list[str] = []

    def again() -> None:
        other, others_keys = (tmp_path / name for name in second)
        with pytest.raises(CannotStart) as caught:
            safekeeping.back_up(lost.all_settings, other, others_keys, Silent())
        refused.append(str(caught.value))

    async with embedded_ebox(lost.folder, **lost.settings):
        await asyncio.to_thread(safekeeping.back_up, lost.all_settings, folder, keys, AtStep("keys", again))
        (reason,) = refused
        assert reason.startswith("another backup runs into ")
        await lost.back_up(folder, keys)  # nobody holds it any more
    await new.restore(folder, keys)


async def two_segments(lost: Place, folder: Path) -> BackedUp:
    """A backup that went into the folder in two runs."""
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await lost.back_up(folder)
        await publish(ebox, AN.number, 1)
        done = await lost.back_up(folder)
        assert len(done.manifest.events) == 2
        return done


@pytest.mark.parametrize("what", ["lost", "cut", "an altered catalogue", "altered"])
async def test_a_backup_does_not_build_on_what_is_damaged(
    on_files: tuple[Place, Place], tmp_path: Path, what: str
) -> None:
    lost, _ = on_files
    folder = tmp_path / "backup"
    manifest = (await two_segments(lost, folder)).manifest
    entry = manifest.documents if what == "an altered catalogue" else manifest.events[0]
    path, stored = folder / entry.name, (folder / entry.name).read_bytes()
    if what == "lost":
        path.unlink()
    else:
        path.write_bytes(stored[:-1] if what == "cut" else stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(CannotStart, match=r"is damaged or lost: .* Back up into a new folder"):
        await lost.back_up(folder, verify=what == "altered")
    path.write_bytes(stored)
    await lost.back_up(folder, verify=True)
