"""Objects as files, for one machine.

An object is written to a temporary file in the same file system, synced, renamed to its final name, and
the directory synced: after a crash there is either all of it or nothing under its name. The temporary files
lie in a directory whose name no key can have.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from storage.errors import ObjectNotFound, ObjectStoreUnavailable
from storage.keys import require_object_key
from storage.port import ByteSource, ObjectEntry

_INCOMING = ".incoming"
_COPY_SIZE = 256 * 1024
_ABANDONED_AFTER_SECONDS = 3600.0


class FilesystemObjectStore:
    """An `ObjectStore` below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / _INCOMING
        # Directories whose entry in their parent is known to be on disk. One for each prefix of a key.
        self._durable: set[Path] = set()
        self._sweep()

    def prepare(self) -> None:
        with _unavailable_on_trouble():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync_directory(self._root)
            _sync_directory(self._root.parent)

    def check(self) -> None:
        with _unavailable_on_trouble():
            probe = self._incoming / f"probe-{uuid4()}"
            try:
                probe.write_bytes(b"\0")
            finally:
                probe.unlink(missing_ok=True)

    def put(self, key: str, data: ByteSource, length: int) -> None:
        final = self._path(key)
        temporary = self._incoming / str(uuid4())
        with _unavailable_on_trouble():
            try:
                with temporary.open("xb", buffering=0) as file:
                    _copy(data, file, length)
                    os.fsync(file.fileno())
                self._make_directories(final.parent)
                temporary.replace(final)
            except BaseException:
                with suppress(OSError):  # the trouble that brought us here is the one to report
                    temporary.unlink(missing_ok=True)
                raise
            _sync_directory(final.parent)

    def read(self, key: str, offset: int, length: int) -> bytes:
        path = self._path(key)
        with _unavailable_on_trouble():
            try:
                with path.open("rb", buffering=0) as file:
                    return os.pread(file.fileno(), length, offset)
            except FileNotFoundError:
                # A missing directory above is a store that is not there, not an object that is gone.
                if self._incoming.is_dir():
                    raise ObjectNotFound from None
                raise

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _unavailable_on_trouble():
            if not self._incoming.is_dir():
                raise FileNotFoundError
            with suppress(FileNotFoundError):
                path.unlink()
                _sync_directory(path.parent)

    def erase(self, key: str) -> None:
        """A file system keeps one version."""
        self.delete(key)

    def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
        with _unavailable_on_trouble():
            for directory, subdirectories, names in os.walk(self._root, onerror=_raise):
                if Path(directory) == self._root and _INCOMING in subdirectories:
                    subdirectories.remove(_INCOMING)
                for name in names:
                    path = Path(directory, name)
                    key = path.relative_to(self._root).as_posix()
                    if key.startswith(prefix):
                        with suppress(FileNotFoundError):  # deleted while we look
                            found = path.stat()
                            yield ObjectEntry(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _path(self, key: str) -> Path:
        require_object_key(key)
        return self._root / key

    def _make_directories(self, directory: Path) -> None:
        """Make the directories down to this one, each entry synced before an object relies on it."""
        for ancestor in reversed([directory, *directory.parents]):
            if ancestor in self._durable or not ancestor.is_relative_to(self._root) or ancestor == self._root:
                continue
            ancestor.mkdir(exist_ok=True)
            # Also where it was there already: another thread may have made it and not synced it yet.
            _sync_directory(ancestor.parent)
            self._durable.add(ancestor)

    def _sweep(self) -> None:
        """Remove what a crash left half-written; younger files may belong to another process at work."""
        oldest = time.time() - _ABANDONED_AFTER_SECONDS
        with _unavailable_on_trouble(), suppress(FileNotFoundError):
            for file in self._incoming.iterdir():
                with suppress(FileNotFoundError):
                    if file.stat().st_mtime < oldest:
                        file.unlink()


def _copy(data: ByteSource, file: IO[bytes], length: int) -> None:
    left = length
    while left:
        chunk = data.read(min(left, _COPY_SIZE))
        if not chunk:
            raise ValueError("the data ended before its stated length")
        view = memoryview(chunk)
        while view:
            view = view[file.write(view) :]
        left -= len(chunk)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raise(error: OSError) -> None:
    raise error


@contextmanager
def _unavailable_on_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Only the kind of trouble: the operating system's own sentence names the path.
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ObjectStoreUnavailable(f"the object directory cannot be used: {reason}") from None
