"""A published audit log of as many leaves as wanted, without the events that they would be of."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import SignerKey, sign_note

ORIGIN = "bench.example/audit"
_PORTION = 65_536
_ENTRIES = "tile/entries/"


def entry_of(index: int) -> bytes:
    """What leaf `index` is the hash of."""
    return index.to_bytes(8, "big")


def write_log(folder: Path, leaves: int) -> bytes:
    """The tiles and the signed checkpoint of a log of so many leaves; its root.

    The tree is a real one, over entries of eight bytes instead of some 600; their bundles, which no proof
    needs, are left out. Files are not synced one by one, as nothing here is to survive a crash.
    """
    tree = GrowingTree(lambda _path: None)
    for begin in range(0, leaves, _PORTION):
        entries = [entry_of(index) for index in range(begin, min(begin + _PORTION, leaves))]
        tree.extend([leaf_hash(entry) for entry in entries], entries)
        write_files(folder, _tiles(tree.take_full_files()))
    write_files(folder, _tiles(tree.take_files()))
    checkpoint = sign_note(Checkpoint(ORIGIN, leaves, tree.root()).text, SignerKey.generate(ORIGIN))
    write_files(folder, {"checkpoint": checkpoint.encode()})
    return tree.root()


def forget_pages(folder: Path) -> None:
    """Have the operating system read the files from the disk again."""
    for file in folder.rglob("*"):
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put these files of a log below the folder."""
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _tiles(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if not path.startswith(_ENTRIES)}
