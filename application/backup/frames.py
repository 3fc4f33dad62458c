"""The files of a backup: frames of MessagePack, each behind its length (4 bytes, big-endian).

Read and written one frame at a time, so that memory does not grow with the file; synced when complete.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from application.backup.errors import Damaged

_LENGTH = struct.Struct(">I")
_CHUNK = 1024 * 1024
_encode = msgspec.msgpack.Encoder().encode


class FileEntry(msgspec.Struct, frozen=True):
    """A file of the backup; `size` in bytes, `sha256` in lower-case hex."""

    name: str
    size: int
    sha256: str


class FrameWriter:
    """Writes a new file, readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()
        self._size = 0
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, frame: Any) -> None:
        """Add one."""
        encoded = _encode(frame)
        for part in (_LENGTH.pack(len(encoded)), encoded):
            self._file.write(part)
            self._digest.update(part)
            self._size += len(part)

    def finish(self) -> FileEntry:
        """Everything is on the disk when this returns."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return FileEntry(self._path.name, self._size, self._digest.hexdigest())


def frames_in(path: Path, type_: Any = Any) -> Iterator[Any]:
    """The frames, in their order. Raises `Damaged` where the file ends too early or holds something else."""
    decoder = msgspec.msgpack.Decoder(type_)
    with path.open("rb") as file:
        while head := file.read(_LENGTH.size):
            length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else -1
            encoded = file.read(length) if length >= 0 else b""
            if len(encoded) != length:
                raise Damaged(f"{path.name} ends too early")
            try:
                yield decoder.decode(encoded)
            except msgspec.DecodeError:
                raise Damaged(f"{path.name} holds something else than a backup") from None


def entry_of(path: Path) -> FileEntry:
    """Size and digest of a file as it is now. Raises `Damaged` where there is none."""
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except FileNotFoundError:
        raise Damaged(f"{path.name} is missing") from None
    return FileEntry(path.name, size, digest.hexdigest())
