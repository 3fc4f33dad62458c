"""Runs that are broken off, or meet another one: what they closed can be opened again, and once is enough."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from application.erasing import running
from application.erasing.running import Done
from application.progress import Silent
from domain.errors import Conflict, Unavailable
from domain.events.erasure import ErasureCompleted
from domain.events.mailbox import OwnerErased
from domain.events.message import DocumentsPurged
from projections import inbox
from projections.rebuild import Rebuild
from tests.integration.api.embedded import AN
from tests.integration.erasure.stage import OFFICERS, Stage, a_pdf

SECRET = b"Geheim onderwerp"


class BrokenOff(Exception):
    """Somebody pressed Ctrl-C."""


class BreakingOff:
    """Stops as the erasure is about to be put on record. Implements `Progress`."""

    def begin(self, step: str, total: int) -> None:
        """A step begins."""
        if step == running.LOG:
            raise BrokenOff

    def advance(self, count: int) -> None:
        """Nothing."""


def is_closed(stage: Stage) -> bool:
    """Whether nobody can publish to the mailbox or look into it."""
    return all(one.is_closed for one in stage.ebox.system.key_store.erased.of_mailbox(stage.erased))


async def test_whoever_is_not_erased_after_all_has_their_mailbox_back(on_files: Stage) -> None:
    stage = on_files
    async with stage.operator(settling=0.0) as parts:
        for is_refused in (True, False):
            erasure_id = await stage.approved()
            with pytest.raises(BrokenOff):
                await parts.running.run(erasure_id, BreakingOff())
            assert is_closed(stage)
            if is_refused:
                await parts.erasures.refuse(erasure_id, "GDPR article 17(3)(e)", stage.keys[OFFICERS[2]])
            else:
                await parts.erasures.hold(stage.erased, "investigation 2026/17")
            with pytest.raises(Conflict, match=r"17\(3\)|2026/17"):
                await parts.running.run(erasure_id, Silent())
            assert not is_closed(stage)
            await stage.published(AN.number)


async def test_two_runs_at_once_erase_once(on_files: Stage) -> None:
    stage = on_files
    for number in range(3):
        await stage.published(AN.number, a_pdf(number))
    await stage.ebox.caught_up()
    erasures = [await stage.approved() for _ in range(2)]
    async with stage.operator(settling=0.0) as one, stage.operator(settling=0.0) as other:
        runs = [(one, erasures[0]), (other, erasures[0]), (other, erasures[1])]
        done = await asyncio.gather(*(parts.running.run(which, Silent()) for parts, which in runs))
    assert done == [Done(messages=3, documents=3, backups_until=None)] * 3
    topics = Counter(event.TOPIC for event in stage.ebox.events_since(0))
    assert (topics[OwnerErased.TOPIC], topics[DocumentsPurged.TOPIC], topics[ErasureCompleted.TOPIC]) == (
        1,
        3,
        2,
    )


async def test_an_erasure_is_not_put_on_record_of_a_mailbox_that_was_opened_meanwhile(
    on_files: Stage,
) -> None:
    stage = on_files
    erasure_id, other = await stage.approved(), await stage.approved()
    async with stage.operator(settling=0.0) as parts:

        class Opening:
            """Opens the mailbox, as a refusal of the other one does. Implements `Progress`."""

            def begin(self, step: str, total: int) -> None:
                """A step begins."""
                if step == running.LOG:
                    registry = stage.ebox.system.key_store.erased
                    registry.reopen([one.party_id for one in registry.of_mailbox(stage.erased)])

            def advance(self, count: int) -> None:
                """Nothing."""

        with pytest.raises(Conflict, match="opened again"):
            await parts.running.run(erasure_id, Opening())
        await parts.running.run(other, Silent())


async def test_the_hold_on_a_mailbox_that_was_merged_since_can_be_ended(on_files: Stage) -> None:
    stage, events = on_files, on_files.ebox.system.events
    at = stage.ebox.system.clock.now()
    async with stage.operator() as parts:
        await parts.erasures.hold(stage.erased, "investigation 2026/17")
        merged, survivor = events.load(stage.erased), events.load(stage.control)
        merged.merge_into(survivor, at)
        await events.append(*survivor.new_facts(), *merged.new_facts())
        with pytest.raises(Conflict, match=f"{stage.control}|merged into"):
            await parts.erasures.hold(stage.erased, "another one")
        await parts.erasures.release(stage.erased)
    assert events.load(stage.erased).hold is None


def as_after_a_kill(building: Rebuild, last: int, file: Path) -> bytes:
    """Begin to build, and leave behind what lies there then; says what that is."""
    with closing(building.run(last)) as steps:
        next(steps)
        left = {one: one.read_bytes() for one in (file, Path(f"{file}-wal"))}
    for one, data in left.items():
        one.write_bytes(data)
    return b"".join(left.values())


def files_with(text: bytes, folder: Path) -> list[str]:
    """In which files that lie there it is."""
    return [file.name for file in folder.iterdir() if file.is_file() and text in file.read_bytes()]


async def test_what_a_rebuild_left_lying_about_is_removed_before_an_erasure_is_complete(
    on_files: Stage,
) -> None:
    stage, system = on_files, on_files.ebox.system
    await stage.published(AN.number, subject={"nl": SECRET.decode()})
    await stage.ebox.caught_up()
    building = Rebuild(inbox.MODEL, system.read_database, system.events.follow)
    last = await system.events.latest_position()
    folder = system.settings.data_dir.absolute()
    left = Path(f"{folder}/read_models.sqlite.inbox-rebuilt")
    assert SECRET in await asyncio.to_thread(as_after_a_kill, building, last, left)
    async with stage.operator(settling=0.0) as parts:
        erasure_id = await stage.approved()
        with pytest.raises(Unavailable, match="inbox is being built anew"):
            await parts.running.run(erasure_id, Silent())
        await asyncio.to_thread(list, building.run(last))
        await parts.running.run(erasure_id, Silent())
    assert await asyncio.to_thread(files_with, SECRET, folder) == []
