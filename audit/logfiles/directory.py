"""The published log as files of one machine, which any web server can serve as they are.

A file is written under another name, synced, renamed, and its folder synced: after a crash there is the old
one or the new one, whole. With many at once the disk is waited for once a folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from audit.logfiles.port import LogFilesUnavailable, require_path

_INCOMING: Final = ".incoming"
_ABANDONED_AFTER_SECONDS: Final = 3600.0


class DirectoryLogFiles:
    """`audit.logfiles.port.LogFiles` below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / _INCOMING
        # Folders whose entry in the one above is known to be on disk.
        self._durable: set[Path] = set()

    def read(self, path: str) -> bytes | None:
        """The whole file; None where there is none."""
        with _unavailable_on_trouble():
            try:
                return self._place(path).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                self._require_root()
                return None

    def write(self, path: str, data: bytes) -> None:
        """Put or replace a file."""
        self.write_all({path: data})

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put or replace files."""
        with _unavailable_on_trouble():
            self._require_root()
            self._incoming.mkdir(exist_ok=True)
            written: list[tuple[Path, Path]] = []
            try:
                for path, data in files.items():
                    written.append((self._write_aside(data), self._place(path)))
                folders = {final.parent for _, final in written}
                for folder in folders:
                    self._make_folders(folder)
                while written:
                    temporary, final = written[-1]
                    temporary.replace(final)
                    written.pop()
            finally:
                for temporary, _ in written:
                    temporary.unlink(missing_ok=True)
            for folder in folders:
                _sync(folder)

    def delete(self, path: str) -> None:
        """Remove a file, and the folder of partial tiles that this empties."""
        place = self._place(path)
        with _unavailable_on_trouble():
            self._require_root()
            with suppress(FileNotFoundError):
                place.unlink()
            if place.parent.suffix == ".p":
                with suppress(OSError):  # another file lies in it, or it is gone
                    place.parent.rmdir()
                    self._durable.discard(place.parent)

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths that begin so."""
        with _unavailable_on_trouble():
            self._require_root()
            # Only the folder that the prefix leads into is walked: the whole log may be millions of files.
            start = self._root / prefix.rpartition("/")[0]
            for folder, below, names in os.walk(start):
                if Path(folder) == self._root and _INCOMING in below:
                    below.remove(_INCOMING)
                for name in names:
                    path = (Path(folder) / name).relative_to(self._root).as_posix()
                    if path.startswith(prefix):
                        yield path

    def check(self) -> None:
        """Raise unless files can be read and written."""
        with _unavailable_on_trouble():
            self._require_root()
            self._incoming.mkdir(exist_ok=True)
            probe = self._incoming / f"probe-{uuid4()}"
            try:
                probe.write_bytes(b"\0")
            finally:
                probe.unlink(missing_ok=True)

    def prepare(self) -> None:
        """Make the directory, and remove what a crash left half written."""
        with _unavailable_on_trouble():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync(self._root)
            _sync(self._root.parent)
            oldest = time.time() - _ABANDONED_AFTER_SECONDS
            for file in self._incoming.iterdir():
                with suppress(FileNotFoundError):
                    if file.stat().st_mtime < oldest:
                        file.unlink()

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _place(self, path: str) -> Path:
        require_path(path)
        return self._root / path

    def _require_root(self) -> None:
        """A directory that is gone is no empty log: it may be a disk that is not mounted."""
        if not self._root.is_dir():
            raise FileNotFoundError(2, "No such file or directory")

    def _write_aside(self, data: bytes) -> Path:
        temporary = self._incoming / str(uuid4())
        try:
            with temporary.open("xb", buffering=0) as file:
                view = memoryview(data)
                while view:
                    view = view[file.write(view) :]
                os.fsync(file.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)  # on a full disk each try would leave less room for the next
            raise
        return temporary

    def _make_folders(self, folder: Path) -> None:
        above = [one for one in (folder, *folder.parents) if one.is_relative_to(self._root)]
        for one in reversed(above):
            if one == self._root or (one in self._durable and one.is_dir()):
                continue
            one.mkdir(exist_ok=True)
            _sync(one.parent)
            if one.suffix != ".p":  # of those there are as many as tiles, and each is soon gone
                self._durable.add(one)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _unavailable_on_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Only the kind of trouble: the operating system's own sentence names the path.
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise LogFilesUnavailable(f"the audit log's directory cannot be used: {reason}") from None
