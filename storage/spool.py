"""Where an upload waits until it is known to be acceptable.

Small uploads stay in memory, larger ones go to a temporary file that never has a name (O_TMPFILE), so that
neither a refusal nor a crash leaves one behind. The digest is computed on the way in: 64 KiB cost 40 µs on
the event loop, less than handing them to a thread. File writes go to a thread, 256 KiB at a time: usually
they take 50 µs, but when memory runs short the kernel makes a writer wait for the disk, and then no other
request may wait with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
import threading
from io import BytesIO, FileIO
from pathlib import Path
from typing import IO, Self

from storage.errors import SpoolUnavailable, UploadTooLarge

_WRITE_SIZE = 256 * 1024


class SpooledUpload:
    """One upload: `write` as the bytes arrive, `finish`, read as often as needed, `close`.

    Not for several writers at once. Readers may be used in other threads; one opened before `close` stays
    good after it.
    """

    def __init__(self, directory: Path, *, max_size: int, memory_limit: int = 1024 * 1024) -> None:
        self._directory = directory
        self._max_size = max_size
        self._memory_limit = memory_limit
        self._size = 0
        self._hash = hashlib.sha256()
        self._held = bytearray()  # everything, or once there is a file, what is not written to it yet
        self._file: IO[bytes] | None = None
        self._finished = False
        self._closed = False
        self._using_file = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self._size

    @property
    def sha256(self) -> bytes:
        """Digest of the bytes received so far, 32 bytes."""
        return self._hash.digest()

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises `UploadTooLarge`, `SpoolUnavailable`."""
        if self._finished or self._closed:
            raise ValueError("the upload is finished")
        if self._size + len(chunk) > self._max_size:
            raise UploadTooLarge(self._max_size)
        self._size += len(chunk)
        self._hash.update(chunk)
        self._held += chunk
        if self._size > self._memory_limit and len(self._held) >= _WRITE_SIZE:
            await self._write_held()

    async def finish(self) -> None:
        """Nothing more comes: make all of it readable. Raises `SpoolUnavailable`."""
        if self._file is not None and self._held:
            await self._write_held()
        self._finished = True

    def reader(self) -> BytesIO | FileIO:
        """A binary file over the whole upload, with a position of its own; the caller closes it."""
        if self._file is None:
            self._require_readable()
            return BytesIO(self._held)
        return FileIO(self.descriptor(), "rb")

    def descriptor(self) -> int:
        """A read-only file descriptor of the whole upload, for another process; the caller closes it."""
        self._require_readable()
        try:
            if self._file is None:
                return _in_memory_file(self._held)
            with self._using_file:
                self._require_readable()
                return _reopened(self._file.fileno())
        except OSError as error:
            raise _unavailable(error) from None

    def head(self, length: int) -> bytes:
        """The first bytes, at most `length` of them."""
        with self.reader() as file:
            return file.read(length)

    def close(self) -> None:
        """Give up what was received. May be called at any time, more than once; never waits for the disk."""
        self._closed = True
        self._held = bytearray()
        self._close_file_unless_in_use()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_readable(self) -> None:
        if self._closed or not self._finished:
            raise ValueError("the upload is not finished, or closed")

    async def _write_held(self) -> None:
        held, self._held = self._held, bytearray()
        try:
            await asyncio.to_thread(self._append, held)
        except OSError as error:
            raise _unavailable(error) from None

    def _append(self, data: bytearray) -> None:
        with self._using_file:
            if not self._closed:
                if self._file is None:
                    self._file = tempfile.TemporaryFile(dir=self._directory, buffering=0)  # noqa: SIM115 - kept
                view = memoryview(data)
                while view:
                    view = view[self._file.write(view) :]
        if self._closed:  # meanwhile, by a caller that was cancelled and could not wait for us
            self._close_file_unless_in_use()

    def _close_file_unless_in_use(self) -> None:
        if self._using_file.acquire(blocking=False):
            try:
                if self._file is not None:
                    self._file.close()
            finally:
                self._using_file.release()


def _in_memory_file(data: bytearray) -> int:
    writable = os.memfd_create("upload")
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(writable, view) :]
        return _reopened(writable)
    finally:
        os.close(writable)


def _reopened(descriptor: int) -> int:
    """The same file with a position of its own, and so that whoever gets it cannot write to it."""
    return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)


def _unavailable(error: OSError) -> SpoolUnavailable:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return SpoolUnavailable(f"an upload cannot be held: {reason}")
