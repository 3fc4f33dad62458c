"""Documents for the rest of eBox: encrypted on the way in, decrypted on the way out, without blocking.

The object store's client is synchronous, so its calls run in a pool of threads of its own. The number that
may wait for a thread is limited, and so is the time: past either, `ObjectStoreBusy`, before memory or
patience run out. A document is read in pieces of 1 MiB, one request to the store for each: nothing is held
between two pieces, so a slow or departed client costs neither a thread nor a connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from storage.encryption import EncryptingReader, decrypted_range, encrypted_length, new_document_key
from storage.errors import ObjectStoreBusy, ObjectStoreUnavailable, StorageError
from storage.keys import new_object_key
from storage.port import ObjectStore
from storage.spool import SpooledUpload

_T = TypeVar("_T")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What is needed to find, read and verify a document. `document_key` is personal data."""

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
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="documents")
        self._free = asyncio.Semaphore(threads)
        self._waiting = 0
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._timeout_seconds = timeout_seconds

    async def put(self, upload: SpooledUpload) -> StoredDocument:
        """Encrypt and keep a finished upload; durable once this returns. Raises `StorageUnavailable`.

        If the caller goes away or the time is over meanwhile, what was put is removed again.
        """
        stored = StoredDocument(new_object_key(), new_document_key(), upload.size, upload.sha256)
        put = await self._begin(partial(self._put, upload, stored))
        try:
            await self._outcome(put)
        except BaseException:
            put.add_done_callback(partial(self._forget_if_kept, stored.object_key))
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
        first = await self._run(lambda: next(pieces, None))
        return self._stream(first, pieces)

    async def delete(self, object_key: str) -> None:
        """Remove an object; nothing happens if there is none. Raises `StorageUnavailable`."""
        await self._run(partial(self._objects.delete, object_key))

    async def check(self) -> None:
        """Return if documents can be kept and read now, else raise `StorageUnavailable`."""
        await self._run(self._objects.check)

    async def close(self) -> None:
        """Wait for the operations under way, then give up threads and connections."""
        await asyncio.to_thread(self._executor.shutdown)
        self._objects.close()

    async def _stream(self, piece: bytes | None, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        while piece is not None:
            yield piece
            piece = await self._run(lambda: next(pieces, None))

    def _put(self, upload: SpooledUpload, stored: StoredDocument) -> None:
        with upload.reader() as source:
            encrypted = EncryptingReader(source, stored.size, stored.document_key)
            self._objects.put(stored.object_key, encrypted, encrypted_length(stored.size))

    def _forget_if_kept(self, object_key: str, put: asyncio.Future[None]) -> None:
        if put.exception() is None:
            self._executor.submit(self._forget, object_key)

    def _forget(self, object_key: str) -> None:
        try:
            self._objects.delete(object_key)
        except StorageError as error:
            # Nobody waits for this answer; the daily sweep finds the object, which no event names.
            _log.warning("document.left_behind", object_key=object_key, error=type(error).__name__)

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await self._outcome(await self._begin(work))

    async def _begin(self, work: Callable[[], _T]) -> asyncio.Future[_T]:
        """Start `work` in a thread once one is free; it counts as busy until it ends, whoever still waits."""
        if self._waiting >= self._max_waiting:
            raise ObjectStoreBusy("too many operations wait for the object store")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise ObjectStoreBusy("no operation on the object store ended in time") from None
        finally:
            self._waiting -= 1
        running = asyncio.get_running_loop().run_in_executor(self._executor, work)
        running.add_done_callback(lambda _: self._free.release())
        return running

    async def _outcome(self, running: asyncio.Future[_T]) -> _T:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await asyncio.shield(running)
        except TimeoutError:
            raise ObjectStoreUnavailable("the object store took too long") from None
