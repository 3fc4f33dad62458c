"""A put that is interrupted, at every step, leaves neither an object nor, in the end, a temporary file."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from storage.errors import ObjectNotFound, ObjectStoreUnavailable
from storage.filesystem import FilesystemObjectStore

KEY = "ab/abcdef"

HALF_A_PUT = """
import sys, time
from pathlib import Path
from storage.filesystem import FilesystemObjectStore

class Source:
    begun = False
    def read(self, size):
        if self.begun:
            print("half", flush=True)
            time.sleep(60)
        self.begun = True
        return b"x" * 1000

FilesystemObjectStore(Path(sys.argv[1])).put("ab/abcdef", Source(), 2000)
"""


@pytest.fixture
def store(tmp_path: Path) -> FilesystemObjectStore:
    made = FilesystemObjectStore(tmp_path)
    made.prepare()
    return made


def leftovers(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def no_space(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_nothing_and_is_worth_a_retry(
    store: FilesystemObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_space)
        with pytest.raises(ObjectStoreUnavailable, match="No space left"):
            store.put(KEY, BytesIO(b"a letter"), 8)
    assert leftovers(tmp_path) == []
    store.put(KEY, BytesIO(b"a letter"), 8)
    assert store.read(KEY, 0, 8) == b"a letter"


def test_failing_before_the_rename_leaves_nothing(
    store: FilesystemObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(ObjectStoreUnavailable):
        store.put(KEY, BytesIO(b"a letter"), 8)
    assert leftovers(tmp_path) == []


def test_the_file_and_every_directory_are_on_disk_before_put_returns(
    store: FilesystemObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    store.put(KEY, BytesIO(b"a letter"), 8)
    assert synced[0].parent == tmp_path / ".incoming"
    assert synced[1:] == [tmp_path, tmp_path / "ab"]  # the new directory's entry, then the object's


def test_a_killed_process_leaves_no_object_and_its_file_is_swept_an_hour_later(
    store: FilesystemObjectStore, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HALF_A_PUT, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.kill()
    with pytest.raises(ObjectNotFound):
        store.read(KEY, 0, 1)
    assert list(store.list()) == []

    [left] = leftovers(tmp_path)
    FilesystemObjectStore(tmp_path)
    assert leftovers(tmp_path) == [left], "it may belong to a process at work"
    two_hours_ago = time.time() - 7200
    os.utime(left, (two_hours_ago, two_hours_ago))
    FilesystemObjectStore(tmp_path)
    assert leftovers(tmp_path) == []


def test_a_directory_that_is_gone_is_trouble_not_an_absent_object(tmp_path: Path) -> None:
    store = FilesystemObjectStore(tmp_path / "unmounted")
    for use in (
        store.check,
        lambda: store.read(KEY, 0, 1),
        lambda: store.delete(KEY),
        lambda: store.put(KEY, BytesIO(b""), 0),
        lambda: list(store.list()),
    ):
        with pytest.raises(ObjectStoreUnavailable) as raised:
            use()
        assert "unmounted" not in str(raised.value)
