"""What every place for the published log does alike: `audit.logfiles.port`."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.logfiles.directory import DirectoryLogFiles
from audit.logfiles.objects import ObjectLogFiles
from audit.logfiles.port import LogFiles, LogFilesUnavailable
from storage.filesystem import FilesystemObjectStore
from storage.port import ObjectStore
from storage.s3 import S3ObjectStore


def _objects(kind: str, request: pytest.FixtureRequest, folder: Path) -> ObjectStore:
    if kind == "files":
        return FilesystemObjectStore(folder / "objects")
    return S3ObjectStore.from_url(str(request.getfixturevalue("s3_url")))


@pytest.fixture(params=["directory", "files", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogFiles]:
    """An empty log in each place."""
    if request.param == "directory":
        directory = DirectoryLogFiles(tmp_path / "log")
        directory.prepare()
        yield directory
        return
    objects = _objects(request.param, request, tmp_path)
    objects.prepare()
    log = ObjectLogFiles(objects)
    log.prepare()
    yield log
    log.close()
    objects.close()


PATHS = [
    "checkpoint",
    "checkpoint-witnessed",
    "vkeys",
    "tile/0/x001/x234/067",
    "tile/0/x001/234.p/5",
    "tile/entries/000.p/255",
    "heads/12/tile/0/000.p/1",
]


def test_what_is_written_is_read_and_listed_under_its_own_path(files: LogFiles) -> None:
    files.check()
    assert [files.read(path) for path in PATHS] == [None] * len(PATHS)
    files.write_all({path: path.encode() for path in PATHS})

    assert [files.read(path) for path in PATHS] == [path.encode() for path in PATHS]
    assert sorted(files.list()) == sorted(PATHS)
    assert list(files.list("tile/0/x001/234.p/")) == ["tile/0/x001/234.p/5"]
    assert list(files.list("nothing/")) == []


def test_a_file_is_replaced_and_removed(files: LogFiles) -> None:
    files.write("checkpoint", b"a long one")
    files.write("checkpoint", b"short")
    assert files.read("checkpoint") == b"short"
    files.delete("checkpoint")
    files.delete("checkpoint")
    assert files.read("checkpoint") is None


def test_a_full_tile_takes_the_place_of_the_partial_ones(files: LogFiles) -> None:
    partial = ["tile/0/000.p/1", "tile/0/000.p/17"]
    files.write_all(dict.fromkeys(partial, b"x"))
    files.write("tile/0/000", b"xx")
    for path in list(files.list("tile/0/000.p/")):
        files.delete(path)
    assert list(files.list()) == ["tile/0/000"]
    files.write("tile/0/001.p/1", b"x")
    assert files.read("tile/0/001.p/1") == b"x"


@pytest.mark.parametrize(
    "path", ["../checkpoint", "/etc/passwd", "tile//0", "tile/../../x", "tile/0/000.q/1", ""]
)
def test_only_paths_of_the_log_are_taken(files: LogFiles, path: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        files.write(path, b"x")
    with pytest.raises(ValueError, match="not a"):
        files.read(path)


def test_a_directory_that_is_gone_is_no_empty_log(tmp_path: Path) -> None:
    files = DirectoryLogFiles(tmp_path / "log")
    files.prepare()
    files.write("checkpoint", b"x")
    shutil.rmtree(tmp_path / "log")
    with pytest.raises(LogFilesUnavailable):
        files.read("checkpoint")
    with pytest.raises(LogFilesUnavailable):
        files.write("checkpoint", b"x")
    with pytest.raises(LogFilesUnavailable):
        files.check()


def test_what_a_disk_does_not_take_leaves_nothing_behind(tmp_path: Path) -> None:
    files = DirectoryLogFiles(tmp_path / "log")
    files.prepare()
    files.write("checkpoint", b"x")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(LogFilesUnavailable):
            files.write_all({"vkeys": b"y", "checkpoint": bytes(5_000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files.read("checkpoint") == b"x"
    assert list((tmp_path / "log" / ".incoming").iterdir()) == []
