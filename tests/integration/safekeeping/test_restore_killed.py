"""A restore that was killed: nothing serves what is half there, and running it again finishes it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from application.backup.tables import require_kept_types
from bootstrap import safekeeping
from bootstrap.errors import CannotStart
from bootstrap.migration import migrate
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.safekeeping.places import Place, mailbox_of, publish

WITHIN = 60.0
ROOT = Path(__file__).parents[3]


def restore_and_die(place: Place, folder: Path, where: str) -> None:
    """`ebox restore`, killed at that step."""
    settings = json.dumps({"data_dir": str(place.folder / "data"), **place.settings})
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.safekeeping.restoring_process", settings, folder, where],
        cwd=ROOT,
        timeout=WITHIN,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


async def assert_nothing_serves(place: Place) -> None:
    """Neither a role nor `ebox run`, nor a backup of what is half there."""
    system = System(place.all_settings)
    try:
        for role in ("of_api", "of_projector", "of_notifier"):
            with pytest.raises(CannotStart, match="run `ebox restore` again"):
                await wait_until_met(getattr(Requirements(system), role), asyncio.Event())
        with pytest.raises(CannotStart, match="run `ebox restore` again"):
            list(migrate(system))
    finally:
        await system.aclose()
    with pytest.raises(CannotStart, match="run `ebox restore` again"):
        await place.back_up(place.folder / "backup of a half")


@pytest.mark.parametrize("where", ["documents", "keys"])
async def test_a_killed_restore_does_not_serve_and_can_be_finished(
    on_files: tuple[Place, Place], tmp_path: Path, where: str
) -> None:
    lost, new = on_files
    folder = tmp_path / "backup"
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        for pages in (1, 2, 3):
            await publish(ebox, AN.number, pages)
        await ebox.caught_up()
        await mailbox_of(ebox, AN.key)
        await ebox.caught_up()
        before = await mailbox_of(ebox, AN.key)
        tokens = ebox.tokens
        await lost.back_up(folder)

    restore_and_die(new, folder, where)
    await assert_nothing_serves(new)
    another = tmp_path / "another backup"
    await lost.back_up(another)
    with pytest.raises(CannotStart, match="the restore of another backup was broken off here"):
        await new.restore(another)

    assert (await new.restore(folder)).damaged == []
    new.take_over_partners(lost)
    async with embedded_ebox(new.folder, **new.settings) as ebox:
        ebox.tokens = tokens
        assert await mailbox_of(ebox, AN.key) == before


def test_the_tables_of_every_release_can_be_backed_up() -> None:
    """A column of another type needs a thought in `application/backup/tables.py`."""
    require_kept_types([*safekeeping.KEY_TABLES, *safekeeping.OUTBOX_TABLES])
