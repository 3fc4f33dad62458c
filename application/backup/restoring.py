"""`ebox restore`: a backup into empty stores. Nothing serves before it is finished.

A mark in the key store is set before anything is written and taken away at the end; every role looks for it.
Broken off, it is run again with the same backup: documents that are there stay, the log is there wholly or
not at all, and tables are filled anew. What they say of parties is brought in line with the log: the backup
of the keys is of another moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import Connection

from application.backup import log
from application.backup.documents import Documents
from application.backup.errors import BackupError, NotABackup, NotEmpty
from application.backup.manifest import KEYS_NAME, NAME, KeysManifest, Manifest, read_manifest, verify
from application.backup.parties import bring_in_line
from application.backup.renumbering import Renumbering
from application.backup.tables import TableSet, fill_tables, rows_in
from application.namedobjects import NamedObjects
from application.progress import Progress
from domain.clock import Clock
from eventstore.errors import EventStoreError
from eventstore.partytables import PARTY
from eventstore.recorder import RecordedEvent
from eventstore.restoring import RestoreMark
from eventstore.store import EventStore
from storage.port import ObjectStore


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. `erased`: parties whose key is destroyed because the log says so. `damaged`: keys of
    documents that the backup has lost.
    """

    manifest: Manifest
    keys: KeysManifest
    erased: int
    damaged: Sequence[str]

    @property
    def keys_are_older(self) -> bool:
        """Then what parties got who came in between cannot be read."""
        return self.keys.taken_at < self.manifest.taken_at


class Restore:
    """The use case; blocks. `unwrap` opens a party's key or raises `EventStoreError`; `refill` is what the
    outbox needs once its rows, as of a moment, are there; `followers_are_empty` asks the read models.
    """

    def __init__(
        self,
        *,
        events: EventStore,
        keys: TableSet,
        outbox: TableSet,
        objects: ObjectStore,
        kept: ObjectStore,
        mark: RestoreMark,
        unwrap: Callable[[UUID, bytes], bytes],
        renumbering: Renumbering,
        refill: Callable[[Connection, datetime], None],
        followers_are_empty: Callable[[], bool],
        clock: Clock,
        progress: Progress,
    ) -> None:
        self._events = events
        self._keys = keys
        self._outbox = outbox
        self._objects = objects
        self._documents = Documents(objects, kept, progress)
        self._mark = mark
        self._unwrap = unwrap
        self._renumbering = renumbering
        self._refill = refill
        self._followers_are_empty = followers_are_empty
        self._clock = clock
        self._progress = progress

    def run(self, folder: Path, keys_folder: Path) -> Restored:
        """Restore, or finish a restore that was broken off.

        Raises `BackupError`, `LogNotEmpty` where events were appended since it began, `Unavailable`,
        `StorageUnavailable`. What was not finished does not serve.
        """
        manifest = read_manifest(folder, NAME, Manifest)
        if manifest is None:
            raise NotABackup(f"{folder} holds no finished backup")
        keys = read_manifest(keys_folder, KEYS_NAME, KeysManifest)
        if keys is None:
            raise NotABackup(f"{keys_folder} holds no backup of the keys: say where it is with --keys")
        self._progress.begin("checking the backup", 0)
        verify(folder, manifest.files)
        verify(keys_folder, [keys.keys])
        self._require_our_key(keys_folder / keys.keys.name)
        unfinished = self._mark.backup_id()
        self._require_empty_or_ours(unfinished, manifest)
        self._mark.set(manifest.id, self._clock.now())
        damaged: list[str] = []
        with closing(NamedObjects.at(folder / manifest.documents.name)) as named:
            self._documents.restore(named, damaged.append)
        if unfinished is None or self._events.max_position() == 0:
            self._events.restore(self._log(folder, manifest, "events"))
        elif not log.ends_with(self._events.recorder, manifest.last_event):
            raise NotEmpty("the event store holds another log than this backup: empty all stores, begin anew")
        with self._keys.transaction() as connection:
            fill_tables(connection, self._keys, keys_folder / keys.keys.name)
            pages = self._log(folder, manifest, "parties")
            erased = bring_in_line(connection, pages, self._clock.now(), self._renumbering)
        with self._outbox.transaction() as connection:
            fill_tables(connection, self._outbox, folder / manifest.outbox.name)
            self._refill(connection, manifest.taken_at)
        self._mark.clear()
        return Restored(manifest, keys, erased, damaged)

    def _require_our_key(self, path: Path) -> None:
        """The first wrapped key in the backup must open, or everything would be restored unreadable."""
        for piece in rows_in(path):
            if piece.table != PARTY.name:
                continue
            for row in piece.rows:
                party = dict(zip(piece.columns, row, strict=True))
                if party["wrapped_key"] is not None:
                    self._require_opens(UUID(party["party_id"]), party["wrapped_key"])
                    return

    def _require_opens(self, party_id: UUID, wrapped: bytes) -> None:
        try:
            self._unwrap(party_id, wrapped)
        except EventStoreError as error:
            raise BackupError(
                "EBOX_KEY_ENCRYPTION_KEY does not open the keys of this backup: give the one that was used"
                " when it was made (if it was changed since, as EBOX_PREVIOUS_KEY_ENCRYPTION_KEY)"
            ) from error

    def _require_empty_or_ours(self, unfinished: str | None, manifest: Manifest) -> None:
        if unfinished == manifest.id:
            return
        if unfinished is not None:
            raise NotEmpty(
                "the restore of another backup was broken off here: finish that, or empty all stores"
            )
        stores: dict[str, Callable[[], bool]] = {
            "event store": lambda: self._events.max_position() == 0,
            "key store": self._keys.is_empty,
            "outbox": self._outbox.is_empty,
            "read models": self._followers_are_empty,
            "object store": lambda: next(iter(self._objects.list()), None) is None,
        }
        for name, is_empty in stores.items():
            if not is_empty():
                raise NotEmpty(f"the {name} is not empty: restore into new databases and a new bucket")

    def _log(self, folder: Path, manifest: Manifest, step: str) -> Iterator[Sequence[RecordedEvent]]:
        self._progress.begin(step, manifest.position)
        for page in log.pages_in(folder, manifest.events):
            yield page
            self._progress.advance(len(page))
