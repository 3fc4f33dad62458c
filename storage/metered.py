"""An object store whose operations are measured, and are steps of the trace that they are for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from storage.port import ByteSource, ObjectEntry, ObjectStore
from telemetry import meters, spans

_STORED: Final = meters.DOCUMENT_BYTES.labels("stored")
_READ: Final = meters.DOCUMENT_BYTES.labels("read")
_METERS: Final = {
    operation: (meters.OBJECT_SECONDS.labels(operation), meters.OBJECT_FAILURES.labels(operation))
    for operation in ("check", "delete", "erase", "list", "prepare", "put", "read")
}


class MeteredObjectStore:
    """The store inside, and what its operations take. Implements `storage.port.ObjectStore`."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def prepare(self) -> None:
        """Make what the store needs to exist."""
        with _measured("prepare"):
            self._objects.prepare()

    def check(self) -> None:
        """Return if objects can be kept and read now, else raise `ObjectStoreUnavailable`."""
        with _measured("check"):
            self._objects.check()

    def put(self, key: str, data: ByteSource, length: int) -> None:
        """Keep the `length` bytes of `data`."""
        with _measured("put"), spans.span("object put", bytes=length):
            self._objects.put(key, data, length)
        _STORED.inc(length)

    def read(self, key: str, offset: int, length: int) -> bytes:
        """The bytes from `offset` on."""
        with _measured("read"), spans.span("object get", bytes=length):
            piece = self._objects.read(key, offset, length)
        _READ.inc(len(piece))
        return piece

    def delete(self, key: str) -> None:
        """Remove the object."""
        with _measured("delete"):
            self._objects.delete(key)

    def erase(self, key: str) -> None:
        """Remove the object with every version of it."""
        with _measured("erase"):
            self._objects.erase(key)

    def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
        """All objects whose key starts with `prefix`; measured until the last was taken."""
        with _measured("list"):
            yield from self._objects.list(prefix)

    def close(self) -> None:
        """Give up connections."""
        self._objects.close()


@contextmanager
def _measured(operation: str) -> Iterator[None]:
    with meters.timed(*_METERS[operation]):
        yield
