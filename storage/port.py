"""The object store as the rest of eBox sees it: opaque bytes under opaque keys.

Synchronous, because the clients underneath are; `storage.documents` runs it in a bounded thread pool.
Every backend passes `tests/contract/test_object_store.py`. Keys are as `storage.keys` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ByteSource(Protocol):
    """What a put reads from: a binary file, or anything else with its `read`."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none only at the end."""


@dataclass(frozen=True, slots=True)
class ObjectEntry:
    """One object in a listing: its size in bytes and when it was put (UTC)."""

    key: str
    size: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Every method raises `ObjectStoreUnavailable` within a bounded time where the store cannot be used."""

    def prepare(self) -> None:
        """Make what the store needs to exist (directory, bucket). Idempotent; part of `ebox migrate`."""

    def check(self) -> None:
        """Return if objects can be kept and read now, else raise `ObjectStoreUnavailable`."""

    def put(self, key: str, data: ByteSource, length: int) -> None:
        """Keep the `length` bytes of `data`, durably once this returns; readers see all of it or nothing.

        An object that has this key already is replaced. After an exception the object may or may not be
        there: deleting it is safe.
        """

    def read(self, key: str, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, `length` of them or as many as there are; held in memory at once.

        Raises `ObjectNotFound`.
        """

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""

    def erase(self, key: str) -> None:
        """Remove the object with every version of it that the store keeps, and every mark of a deletion.

        Nothing happens if there is none. Broken off, it is simply done again.
        """

    def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
        """All objects whose key starts with `prefix`, in no particular order."""

    def close(self) -> None:
        """Give up connections. The store is not used afterwards."""
