"""A restore ends with the backup's own log, or it does not end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from bootstrap import safekeeping
from bootstrap.errors import CannotStart
from domain.events.notification import NotificationKind
from domain.notification import Notification
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.safekeeping.places import AtStep, Place, publish
from tests.logbook import NOW


async def test_a_log_that_was_begun_meanwhile_is_not_taken_for_the_backups(
    on_files: tuple[Place, Place], tmp_path: Path
) -> None:
    lost, new = on_files
    folder = tmp_path / "backup"
    async with embedded_ebox(lost.folder, **lost.settings) as ebox:
        await publish(ebox, AN.number, 1)
        await lost.back_up(folder)

    def append() -> None:
        with safekeeping._safekeeping(new.all_settings) as system:
            notification = Notification.of(uuid4(), uuid4(), NotificationKind.DAILY_SUMMARY, NOW)
            system.events.append_now(*notification.new_facts())

    meddler = AtStep("documents", append)
    with pytest.raises(CannotStart, match="the event store holds events"):
        await asyncio.to_thread(safekeeping.restore, new.all_settings, folder, None, meddler)
    with pytest.raises(CannotStart, match="the event store holds another log than this backup"):
        await new.restore(folder)
    with pytest.raises(CannotStart, match="run `ebox restore` again"):
        await new.back_up(tmp_path / "another")  # the mark is still there
