"""The published log as objects, beside the documents and under a prefix that no document can have.

Object keys have no points: the one in a partial tile's path becomes a hyphen, which stands nowhere else
before a `p`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from audit.logfiles.port import LogFilesUnavailable, require_path
from audit.tlog.tiles import MAX_ENTRY_BYTES, TILE_WIDTH
from storage.errors import ObjectNotFound, StorageUnavailable
from storage.port import ObjectStore

PREFIX: Final = "audit-log/"
_LONGEST: Final = TILE_WIDTH * (MAX_ENTRY_BYTES + 2)
_AT_ONCE: Final = 8
_PARTIAL: Final = re.compile(r"-p/([0-9]+)$", re.ASCII)


class ObjectLogFiles:
    """`audit.logfiles.port.LogFiles` in an object store, which whoever made it closes."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._threads = ThreadPoolExecutor(_AT_ONCE, "audit log files")

    def read(self, path: str) -> bytes | None:
        """The whole file; None where there is none."""
        with _translated():
            try:
                require_path(path)
                return self._objects.read(_key(path), 0, _LONGEST)
            except ObjectNotFound:
                return None

    def write(self, path: str, data: bytes) -> None:
        """Put or replace a file."""
        with _translated():
            require_path(path)
            self._objects.put(_key(path), io.BytesIO(data), len(data))

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put or replace files, some at once."""
        # Each is asked for its result: what fails is raised, after all have ended.
        puts = [self._threads.submit(self.write, path, data) for path, data in files.items()]
        failures = [failure for put in puts if (failure := put.exception()) is not None]
        if failures:
            raise failures[0]

    def delete(self, path: str) -> None:
        """Remove a file."""
        with _translated():
            require_path(path)
            self._objects.delete(_key(path))

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths that begin so."""
        with _translated():
            for entry in self._objects.list(_key(prefix)):
                yield _PARTIAL.sub(r".p/\1", entry.key.removeprefix(PREFIX))

    def check(self) -> None:
        """Raise unless files can be read and written."""
        with _translated():
            self._objects.check()

    def prepare(self) -> None:
        """Nothing: the bucket is made for the documents."""

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()


def _key(path: str) -> str:
    return PREFIX + path.replace(".", "-")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except StorageUnavailable as error:
        raise LogFilesUnavailable("the audit log's object store does not answer") from error
