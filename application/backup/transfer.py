"""Objects from one store to another, as they lie: encrypted, never whole in memory when they are large."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from storage.errors import ObjectNotFound
from storage.port import ObjectStore

PIECE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """An object that is there; `size` in bytes, `sha256` in lower-case hex."""

    key: str
    size: int
    sha256: str


def copy(key: str, source: ObjectStore, target: ObjectStore) -> Kept | None:
    """Copy an object unless it is there; None where the source does not have it.

    An object never changes: what lies under its key, whole as every put is, needs no second look.
    """
    try:
        with _fetched(key, target) as (_, there):
            return there
    except ObjectNotFound:
        pass
    try:
        with _fetched(key, source) as (data, found):
            target.put(key, data, found.size)
            return found
    except ObjectNotFound:
        return None


def copy_verified(expected: Kept, source: ObjectStore, target: ObjectStore) -> bool:
    """Copy an object; False, and nothing is put, where the source's is missing or not what is expected."""
    try:
        with _fetched(expected.key, source) as (data, found):
            if found == expected:
                target.put(expected.key, data, found.size)
            return found == expected
    except ObjectNotFound:
        return False


def is_there(expected: Kept, store: ObjectStore) -> bool:
    """Whether the store has an object of that key and size; reads its last byte."""
    try:
        return len(store.read(expected.key, max(0, expected.size - 1), 2)) == min(1, expected.size)
    except ObjectNotFound:
        return False


@contextmanager
def _fetched(key: str, store: ObjectStore) -> Iterator[tuple[IO[bytes], Kept]]:
    digest, size = hashlib.sha256(), 0
    with SpooledTemporaryFile(max_size=PIECE) as file:
        while True:
            piece = store.read(key, size, PIECE)
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            if len(piece) < PIECE:
                break
        file.seek(0)
        yield file, Kept(key, size, digest.hexdigest())
