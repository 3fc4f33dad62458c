"""`ebox backup`: into a folder, and with the keys into another one if they are to lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from application.backup import log
from application.backup.documents import Documents, finished
from application.backup.frames import FileEntry
from application.backup.lock import alone_in
from application.backup.manifest import (
    KEYS_NAME,
    NAME,
    KeysManifest,
    LastEvent,
    Manifest,
    private_folder,
    read_manifest,
    require_to_build_on,
    write_manifest,
)
from application.backup.tables import TableSet, write_tables
from application.logpages import pages_of
from application.namedobjects import NamedObjects
from application.progress import Progress
from domain.clock import Clock
from domain.ids import new_id
from eventstore.recorder import RecordedEvent
from eventstore.store import EventStore
from storage.port import ObjectStore


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup has, and what was added to it this time."""

    manifest: Manifest
    events_added: int


class Backup:
    """The use case; blocks. `kept` is the object store within `folder` (see `documents.FOLDER`)."""

    def __init__(
        self,
        *,
        events: EventStore,
        keys: TableSet,
        outbox: TableSet,
        objects: ObjectStore,
        kept: ObjectStore,
        clock: Clock,
        release: str,
        progress: Progress,
    ) -> None:
        self._events = events
        self._keys = keys
        self._outbox = outbox
        self._documents = Documents(objects, kept, progress)
        self._kept = kept
        self._clock = clock
        self._release = release
        self._progress = progress

    def run(self, folder: Path, keys_folder: Path, *, verify: bool = False) -> BackedUp:
        """Back everything up, adding to what the folder has. Broken off, the backup before stays valid.

        What the folder has is looked at first: that each file is there in full, with `verify` its digest.
        Raises `BackupError`, `Unavailable`, `StorageUnavailable`, and OSError where the folder cannot be
        written to.
        """
        for one in (folder, keys_folder):
            private_folder(one)
        with alone_in([folder, keys_folder]):
            return self._run(folder, keys_folder, verify=verify)

    def _run(self, folder: Path, keys_folder: Path, *, verify: bool) -> BackedUp:
        before = read_manifest(folder, NAME, Manifest)
        if before is not None:
            self._progress.begin("checking the backup", 0)
            require_to_build_on(folder, before, verify=verify)
        log.require_same_log(self._events.recorder, before.last_event if before else None)
        backup_id = str(new_id())
        taken_at = self._clock.now()
        with self._outbox.snapshot() as outbox:
            # Read behind the snapshot: whatever its filler has queued up to there is below this position.
            position = self._events.max_position()
            outbox_file = write_tables(outbox, self._outbox, folder / f"outbox-{backup_id}")
        catalogue = folder / f"documents-{backup_id}"
        named = NamedObjects.new(catalogue, start_from=folder / before.documents.name if before else None)
        try:
            counted = _Counted(named, self._progress)
            segments, last = self._write_events(folder, before, backup_id, position, counted)
            self._write_keys(keys_folder, backup_id)
            self._kept.prepare()
            self._documents.back_up(named)
            self._excuse_what_went_since(named, position)
            entry, count, size, missing = finished(named, catalogue)
        finally:
            named.close()
        manifest = Manifest(
            id=backup_id,
            taken_at=taken_at,
            release=self._release,
            last_event=last,
            events=segments,
            outbox=outbox_file,
            documents=entry,
            document_count=count,
            document_bytes=size,
            missing=missing,
        )
        write_manifest(folder, NAME, manifest)
        _remove_others(folder, ["outbox-*", "documents-*", "events-*"], manifest.files)
        self._documents.remove_unneeded(catalogue)
        return BackedUp(manifest, counted.events)

    def _write_events(
        self, folder: Path, before: Manifest | None, backup_id: str, position: int, counted: _Counted
    ) -> tuple[list[FileEntry], LastEvent | None]:
        segments = list(before.events) if before else []
        last = before.last_event if before else None
        start = last.position if last else 0
        self._progress.begin("events", position - start)
        pages = pages_of(self._events.recorder, start, position)
        path = folder / f"events-{backup_id}"
        segment, ended_with = log.write_segment(pages, path, counted.see)
        if ended_with is None:
            path.unlink()
            return segments, last
        return [*segments, segment], ended_with

    def _write_keys(self, folder: Path, backup_id: str) -> None:
        self._progress.begin("keys", 0)
        taken_at = self._clock.now()
        with self._keys.snapshot() as connection:
            entry = write_tables(connection, self._keys, folder / f"keys-{backup_id}")
        manifest = KeysManifest(id=backup_id, taken_at=taken_at, release=self._release, keys=entry)
        write_manifest(folder, KEYS_NAME, manifest)
        # A key that was destroyed since the backup before is gone from here too.
        _remove_others(folder, ["keys-*"], [entry])

    def _excuse_what_went_since(self, named: NamedObjects, position: int) -> None:
        """Documents that were purged while we copied are not missing: the log says why."""
        if named.count("size IS NULL")[0]:
            for page in pages_of(self._events.recorder, position, self._events.max_position()):
                named.excuse(page)


class _Counted:
    """Takes pages in, and tells how far it is."""

    def __init__(self, named: NamedObjects, progress: Progress) -> None:
        self.events = 0
        self._named = named
        self._progress = progress

    def see(self, page: Sequence[RecordedEvent]) -> None:
        self._named.see(page)
        self.events += len(page)
        self._progress.advance(len(page))


def _remove_others(folder: Path, patterns: Sequence[str], kept: Sequence[FileEntry]) -> None:
    names = {entry.name for entry in kept}
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path.name not in names:
                path.unlink()
