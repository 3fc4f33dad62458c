"""Killed between any two steps, the audit log is whole after its next start, and nothing is contradicted."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest

from audit.logfiles.port import LogFiles
from audit.published import PublishedLog
from audit.sequencer.rowwriter import KeptCheckpoint, NewLeaves, RowWriter
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import verify_consistency
from tests.auditlog import AuditLog, DyingFiles, Killed, directory, wait_for
from tests.integration.audit.sequencer import victim as victim_module


class DyingWriter(RowWriter):
    """Dies before or after it keeps a checkpoint, or after it has added a page."""

    def __init__(self, log: AuditLog, at: str) -> None:
        super().__init__(log.database)
        self._at = at

    def add(self, page: NewLeaves) -> None:
        super().add(page)
        if self._at == "after page":
            raise Killed

    def keep_checkpoint(self, kind: str, new: KeptCheckpoint, after: KeptCheckpoint | None) -> None:
        if self._at == "before checkpoint":
            raise Killed
        super().keep_checkpoint(kind, new, after)
        if self._at == "after checkpoint":
            raise Killed


def writes_a_tile(when: str, path: str) -> bool:
    return when == "after" and path.startswith("tile/0/")


def writes_the_checkpoint(when: str, path: str) -> bool:
    return when == "before" and path == "checkpoint"


def has_written_the_checkpoint(when: str, path: str) -> bool:
    return when == "after" and path == "checkpoint"


FILE_FAULTS = [writes_a_tile, writes_the_checkpoint, has_written_the_checkpoint]
ROW_FAULTS = ["after page", "before checkpoint", "after checkpoint"]


@pytest.mark.parametrize("dies", FILE_FAULTS)
def test_killed_while_it_publishes(small_log: AuditLog, dies: Callable[[str, str], bool]) -> None:
    small_log.append_many(250)
    before = small_log.run_until_covered()
    small_log.append_many(20)

    dying = small_log.sequencer(files=DyingFiles(small_log.files, dies))
    with pytest.raises(Killed):
        small_log.run_to_its_end(dying)

    is_whole(small_log, before)


@pytest.mark.parametrize("at", ROW_FAULTS)
def test_killed_while_it_writes_rows(small_log: AuditLog, at: str) -> None:
    small_log.append_many(250)
    before = small_log.run_until_covered()
    small_log.append_many(20)

    with pytest.raises(Killed):
        small_log.run_to_its_end(small_log.sequencer(writer=DyingWriter(small_log, at)))

    is_whole(small_log, before)


def test_killed_at_its_very_beginning(small_log: AuditLog) -> None:
    small_log.append_many(3)
    with pytest.raises(Killed):
        small_log.run_to_its_end(small_log.sequencer(writer=DyingWriter(small_log, "after page")))

    is_whole(small_log, None)


def test_what_was_kept_and_not_shown_is_shown_to_the_byte(small_log: AuditLog) -> None:
    small_log.append_many(5)
    small_log.run_until_covered()
    small_log.append_many(5)
    dying = small_log.sequencer(files=DyingFiles(small_log.files, writes_the_checkpoint))
    with pytest.raises(Killed):
        small_log.run_to_its_end(dying)
    kept = RowWriter(small_log.database).checkpoint("signed")
    assert kept is not None
    assert small_log.files.read("checkpoint") != kept.note

    small_log.run_until_covered()
    assert small_log.files.read("checkpoint") == kept.note


@pytest.mark.parametrize("log", ["postgresql"], indirect=True)
def test_killed_for_real_again_and_again(log: AuditLog) -> None:
    where = [log.events_url, log.url, str(log.folder), log.keys[0].text]
    before: Checkpoint | None = None
    for _ in range(2):
        victim = subprocess.Popen([sys.executable, "-m", victim_module.__name__, *where])
        try:
            wait_for(partial(is_larger, log, before.size if before else 0))
            log.append_many(400)
        finally:
            victim.send_signal(signal.SIGKILL)
            victim.wait(10)
        before = log.checkpoint()
    is_whole(log, before)


def is_larger(log: AuditLog, size: int) -> bool:
    checkpoint = log.checkpoint()
    return checkpoint is not None and checkpoint.size > size


def is_whole(log: AuditLog, before: Checkpoint | None) -> None:
    """What a new sequencer makes of it is complete, goes on from what was signed, and can be made again."""
    after = log.run_until_covered()
    tree = PublishedLog(log.files).tree()
    assert tree is not None
    assert tree.root() == after.root
    assert after.size == len(log.events.recorder.read_after(0, 10_000))
    if before is not None and before.size:
        proof = tree.consistency(before.size)
        verify_consistency(before.size, before.root, after.size, after.root, proof)
    published = full_files(log.files)
    log.files = directory(log.folder / "made-again")
    log.run_until_covered()
    assert full_files(log.files) == published


def full_files(files: LogFiles) -> dict[str, bytes | None]:
    """The full tiles and bundles."""
    return {path: files.read(path) for path in files.list("tile/") if ".p/" not in path}
