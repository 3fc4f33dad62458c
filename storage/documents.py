"""Documents for the rest of eBox: encrypted on the way in, decrypted on the way out, without blocking.

A document is read in pieces of 256 KiB, one request to the store for each: nothing is held between two
pieces, so a slow or departed client costs neither a thread nor a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial

import structlog

from storage.encryption import EncryptingReader, decrypted_range, encrypted_length, new_document_key
from storage.errors import StorageError
from storage.keys import new_object_key
from storage.port import ObjectStore
from storage.spool import SpooledUpload
from storage.threads import BoundedThreads

# Above this the S3 client sends parts, and holds two of them at 5 MiB each. Few such puts at a time bound
# the memory of the process, and leave the other threads to the usual, small documents.
_LARGE = 5 * 1024 * 1024
_LARGE_AT_ONCE = 4
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What is needed to find, read and verify a document. `document_key` and `sha256` are personal data."""

    object_key: str
    document_key: bytes
    size: int
    sha256: bytes


class DocumentStore:
    """Documents in an object store. Times in seconds."""

    def __init__(
        self,
        objects: ObjectStore,
        *,
        threads: int = 16,
        max_waiting: int = 256,
        wait_seconds: float = 10.0,
        timeout_seconds: float = 60.0,
    ) -> None:
        """`wait_seconds` for a free thread, then `timeout_seconds` for each operation on the store."""
        self._objects = objects
        pool = partial(
            BoundedThreads,
            max_waiting=max_waiting,
            wait_seconds=wait_seconds,
            timeout_seconds=timeout_seconds,
        )
        self._threads = pool(threads)
        self._threads_for_large = pool(min(threads, _LARGE_AT_ONCE))

    async def put(self, upload: SpooledUpload) -> StoredDocument:
        """Encrypt and keep a finished upload; durable once this returns. Raises `StorageUnavailable`.

        If it fails, or the caller goes away or the time is over meanwhile, what may have been put is removed.
        """
        stored = StoredDocument(new_object_key(), new_document_key(), upload.size, upload.sha256)
        threads = self._threads_for_large if upload.size > _LARGE else self._threads
        put = await threads.begin(partial(self._put, upload, stored))
        try:
            await threads.outcome(put)
        except BaseException:
            put.add_done_callback(partial(self._forget_later, stored.object_key))
            raise
        return stored

    async def open(
        self, object_key: str, document_key: bytes, size: int, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes of a document of `size` bytes from `start` up to `end` (excluded), in pieces.

        The first piece is read before this returns, so that a document that cannot be had raises while an
        error can still be answered: `ObjectNotFound`, `StorageUnavailable`, `DocumentCorrupt`. The same may
        be raised between two pieces.
        """
        pieces = decrypted_range(partial(self._objects.read, object_key), document_key, size, start, end)
        first = await self._threads.run(lambda: next(pieces, None))
        return self._stream(first, pieces)

    async def delete(self, object_key: str) -> None:
        """Remove an object; nothing happens if there is none. Raises `StorageUnavailable`."""
        await self._threads.run(partial(self._objects.delete, object_key))

    async def erase(self, object_key: str) -> None:
        """Remove an object with every version that the store keeps. Raises `StorageUnavailable`."""
        await self._threads.run(partial(self._objects.erase, object_key))

    async def check(self) -> None:
        """Return if documents can be kept and read now, else raise `StorageUnavailable`."""
        await self._threads.run(self._objects.check)

    async def close(self) -> None:
        """Wait for the operations under way, then give up threads and connections."""
        await self._threads_for_large.close()
        await self._threads.close()
        self._objects.close()

    async def _stream(self, piece: bytes | None, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        while piece is not None:
            yield piece
            piece = await self._threads.run(lambda: next(pieces, None))

    def _put(self, upload: SpooledUpload, stored: StoredDocument) -> None:
        with upload.reader() as source:
            encrypted = EncryptingReader(source, stored.size, stored.document_key)
            self._objects.put(stored.object_key, encrypted, encrypted_length(stored.size))

    def _forget_later(self, object_key: str, put: asyncio.Future[None]) -> None:
        # Also where it failed: an answer may get lost after the object was kept. Looked at all the same, as
        # the failure of a put that was abandoned is nobody's.
        put.exception()
        self._threads.begin_unawaited(partial(self._forget, object_key))

    def _forget(self, object_key: str) -> None:
        try:
            self._objects.delete(object_key)
        except StorageError as error:
            # Nobody waits for this answer. If the object is there, no event names it, and the key that it is
            # encrypted under is gone; finding and removing it is left to operations.
            _log.warning("document.left_behind", object_key=object_key, error=type(error).__name__)
