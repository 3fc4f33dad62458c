"""What a backup consists of. Written last and in one step: without its manifest a folder holds no backup.

The key store has a manifest of its own, so that its backup can lie, and expire, elsewhere.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec

from application.backup.errors import Damaged, NotABackup
from application.backup.frames import FileEntry, entry_of

FORMAT = 1
NAME = "manifest.json"
KEYS_NAME = "keys.json"


class LastEvent(msgspec.Struct, frozen=True):
    """Which event the log ended with: by this a folder knows its log again."""

    position: int
    stream: UUID
    version: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup of everything but the keys. `release` is of the eBox that made it.

    `events`: the log in segments; each backup adds one. `documents`: the catalogue of the objects;
    `document_bytes` as they lie, encrypted. `missing`: documents that the log names and the object store did
    not have.
    """

    format: int = FORMAT
    id: str
    taken_at: datetime
    release: str
    last_event: LastEvent | None
    events: list[FileEntry]
    outbox: FileEntry
    documents: FileEntry
    document_count: int
    document_bytes: int
    missing: int

    @property
    def position(self) -> int:
        """The last position that is in it; 0 for an empty log."""
        return 0 if self.last_event is None else self.last_event.position

    @property
    def files(self) -> list[FileEntry]:
        """Every file but the documents themselves."""
        return [*self.events, self.outbox, self.documents]


class KeysManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup of the key store."""

    format: int = FORMAT
    id: str
    taken_at: datetime
    release: str
    keys: FileEntry


M = TypeVar("M", Manifest, KeysManifest)


def read_manifest(folder: Path, name: str, kind: type[M]) -> M | None:
    """The manifest in this folder, or None. Raises `NotABackup` for one that this release cannot read."""
    try:
        manifest = msgspec.json.decode((folder / name).read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise NotABackup(f"{name} in {folder} is not the manifest of a backup") from None
    if manifest.format != FORMAT:
        raise NotABackup(f"{name} in {folder} is of format {manifest.format}, this release knows {FORMAT}")
    return manifest


def write_manifest(folder: Path, name: str, manifest: Manifest | KeysManifest) -> None:
    """From here on the folder holds this backup instead of the one before."""
    encoded = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    sync_folder(folder)
    temporary = folder / f".{name}"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(encoded)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / name)
    sync_folder(folder)


def verify(folder: Path, files: list[FileEntry]) -> None:
    """Raise `Damaged` unless every file is what its manifest says."""
    for expected in files:
        if entry_of(folder / expected.name) != expected:
            raise Damaged(f"{expected.name} is not what its manifest says: use another copy of the backup")


def require_to_build_on(folder: Path, before: Manifest, *, verify: bool) -> None:
    """Raise `Damaged` unless a next backup may go on from this one.

    Each file has to be there in its size. The catalogue, which the next one is a copy of, is read as a whole;
    the segments of the log, which can be long, with `verify`.
    """
    for expected in before.files:
        path = folder / expected.name
        is_read = verify or expected == before.documents
        if not _is_as_long(path, expected) or (is_read and entry_of(path) != expected):
            raise Damaged(
                f"{expected.name} in {folder} is damaged or lost: no backup can build on"
                " it. Back up into a new folder, and keep this one until the new one is complete"
            )


def _is_as_long(path: Path, expected: FileEntry) -> bool:
    return path.is_file() and path.stat().st_size == expected.size


def private_folder(folder: Path) -> None:
    """Make it where it is missing; for this user alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Names of files are on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
