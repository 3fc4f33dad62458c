"""The documents of a backup: the objects that its events name, beside a catalogue with their digests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from application.backup.frames import FileEntry, entry_of
from application.backup.transfer import Kept, copy, copy_verified, is_there
from application.namedobjects import NamedObjects
from application.progress import Progress
from storage.port import ObjectStore

FOLDER = "objects"
AT_ONCE = 8
BATCH = 200
_ALL = "true"
_LACKING = "size IS NULL"
_HAD = "size IS NOT NULL"


class Documents:
    """Copies between the installation's objects and the backup's."""

    def __init__(self, objects: ObjectStore, kept: ObjectStore, progress: Progress) -> None:
        self._objects = objects
        self._kept = kept
        self._progress = progress

    def back_up(self, named: NamedObjects) -> None:
        """Bring into the backup whatever it lacks; the catalogue then says what it has."""
        self._progress.begin("documents", named.count(_ALL)[0])
        had = named.batches(_HAD, BATCH)
        self._each(named, had, lambda one: one if is_there(one, self._kept) else self._copied(one.key))
        lacking = named.batches(_LACKING, BATCH)
        self._each(named, lacking, lambda one: self._copied(one.key))
        named.forget_unneeded()

    def restore(self, named: NamedObjects, damaged: Callable[[str], None]) -> None:
        """Bring into the object store what the catalogue has; `damaged` is told what the backup lost."""
        self._progress.begin("documents", named.count(_HAD)[0])
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="restore") as threads:
            for batch in named.batches(_HAD, BATCH):
                expected = _known(named, batch)
                for one, done in zip(expected, threads.map(self._restored, expected), strict=True):
                    if not done:
                        damaged(one.key)
                self._progress.advance(len(batch))

    def remove_unneeded(self, catalogue: Path) -> None:
        """Drop from the backup what its catalogue does not name any more: purged, or of an erased party."""
        with closing(NamedObjects.at(catalogue)) as named:
            self._remove_unneeded(named)

    def _remove_unneeded(self, named: NamedObjects) -> None:
        for entry in self._kept.list():
            row = named.connection.execute("SELECT 1 FROM document WHERE key = ?", (entry.key,)).fetchone()
            if row is None:
                self._kept.delete(entry.key)

    def _each(
        self, named: NamedObjects, batches: Iterator[list[str]], work: Callable[[Kept], Kept | None]
    ) -> None:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="backup") as threads:
            for batch in batches:
                done = list(threads.map(work, _known(named, batch)))
                rows = [(one.size, one.sha256, one.key) for one in done if one is not None]
                named.connection.executemany("UPDATE document SET size = ?, sha256 = ? WHERE key = ?", rows)
                self._progress.advance(len(batch))

    def _copied(self, key: str) -> Kept | None:
        return copy(key, self._objects, self._kept)

    def _restored(self, expected: Kept) -> bool:
        return is_there(expected, self._objects) or copy_verified(expected, self._kept, self._objects)


def finished(named: NamedObjects, path: Path) -> tuple[FileEntry, int, int, int]:
    """The catalogue's file, closed; how many documents it has, their bytes, and how many are missing."""
    count, size = named.count(_HAD)
    missing, _ = named.count(_LACKING)
    named.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return entry_of(path), count, size, missing


def _known(named: NamedObjects, keys: Sequence[str]) -> list[Kept]:
    marks = ", ".join("?" * len(keys))
    rows = named.connection.execute(
        f"SELECT key, coalesce(size, 0), coalesce(sha256, '') FROM document WHERE key IN ({marks})",  # noqa: S608 - marks alone
        list(keys),
    )
    return [Kept(*row) for row in rows]
