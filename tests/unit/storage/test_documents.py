"""Documents are kept, read in pieces and removed, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage.documents import DocumentStore, StoredDocument
from storage.errors import DocumentCorrupt, ObjectNotFound, ObjectStoreBusy, ObjectStoreUnavailable
from storage.filesystem import FilesystemObjectStore
from storage.keys import new_object_key
from storage.port import ByteSource
from storage.spool import SpooledUpload
from tests.noise import noise
from tests.waiting import until

SIZES = pytest.mark.parametrize("size", [0, 1, 100_000, 1024 * 1024, 5_000_000])


class SlowObjectStore(FilesystemObjectStore):
    """Real, but a put first waits until the test lets it go on."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.kept = threading.Event()

    def put(self, key: str, data: ByteSource, length: int) -> None:
        self.begun.release()
        assert self.go_on.wait(10)
        super().put(key, data, length)
        self.kept.set()


class LosesAnswers(FilesystemObjectStore):
    """Real, but keeps an object and then fails, as when the answer or the directory's sync does not come."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.kept = 0

    def put(self, key: str, data: ByteSource, length: int) -> None:
        super().put(key, data, length)
        self.kept += 1
        raise ObjectStoreUnavailable("no answer")


@pytest.fixture
def objects(tmp_path: Path) -> FilesystemObjectStore:
    made = FilesystemObjectStore(tmp_path / "objects")
    made.prepare()
    return made


@pytest.fixture
def slow(tmp_path: Path) -> SlowObjectStore:
    made = SlowObjectStore(tmp_path / "objects")
    made.prepare()
    return made


@pytest.fixture
async def documents(objects: FilesystemObjectStore) -> AsyncIterator[DocumentStore]:
    made = DocumentStore(objects)
    yield made
    await made.close()


async def upload_of(directory: Path, data: bytes) -> SpooledUpload:
    upload = SpooledUpload(directory, max_size=len(data))
    await upload.write(data)
    await upload.finish()
    return upload


async def stored(documents: DocumentStore, directory: Path, data: bytes) -> StoredDocument:
    with await upload_of(directory, data) as upload:
        return await documents.put(upload)


async def read(
    documents: DocumentStore, kept: StoredDocument, start: int = 0, end: int | None = None
) -> bytes:
    pieces = await documents.open(kept.object_key, kept.document_key, kept.size, start, end)
    return b"".join([piece async for piece in pieces])


@SIZES
async def test_a_document_is_read_back_as_it_was(documents: DocumentStore, tmp_path: Path, size: int) -> None:
    data = noise(size)
    kept = await stored(documents, tmp_path, data)
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(data).digest())
    assert await read(documents, kept) == data
    assert await read(documents, kept, size // 3, size // 2) == data[size // 3 : size // 2]


async def test_a_document_lies_encrypted_under_a_key_of_its_own(
    documents: DocumentStore, objects: FilesystemObjectStore, tmp_path: Path
) -> None:
    letter = b"Dear citizen, " * 100
    one, two = await stored(documents, tmp_path, letter), await stored(documents, tmp_path, letter)
    assert one.document_key != two.document_key
    for entry in objects.list():
        assert b"citizen" not in objects.read(entry.key, 0, 10_000)


async def test_an_absent_document_is_known_before_a_byte_is_sent(
    documents: DocumentStore, tmp_path: Path
) -> None:
    kept = await stored(documents, tmp_path, noise(100))
    await documents.delete(kept.object_key)
    await documents.delete(kept.object_key)
    with pytest.raises(ObjectNotFound):
        await documents.open(kept.object_key, kept.document_key, kept.size)


async def test_an_altered_document_is_known_before_a_byte_is_sent(
    documents: DocumentStore, tmp_path: Path
) -> None:
    kept = await stored(documents, tmp_path, noise(100))
    with pytest.raises(DocumentCorrupt):
        await documents.open(kept.object_key, bytes(32), kept.size)


async def test_a_reader_that_leaves_holds_nothing_up(documents: DocumentStore, tmp_path: Path) -> None:
    kept = await stored(documents, tmp_path, noise(3_000_000))
    for _ in range(50):
        pieces = await documents.open(kept.object_key, kept.document_key, kept.size)
        assert await anext(pieces)
    assert len(await read(documents, kept)) == 3_000_000


async def test_the_store_is_checked(documents: DocumentStore, tmp_path: Path) -> None:
    await documents.check()
    away = DocumentStore(FilesystemObjectStore(tmp_path / "away"))
    with pytest.raises(ObjectStoreUnavailable):
        await away.check()
    await away.close()


async def test_a_publisher_that_leaves_during_a_put_leaves_no_object(
    slow: SlowObjectStore, tmp_path: Path
) -> None:
    documents = DocumentStore(slow)
    with await upload_of(tmp_path, noise(3_000_000)) as upload:
        putting = asyncio.create_task(documents.put(upload))
        await until(lambda: slow.begun.acquire(blocking=False))
        putting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await putting
        slow.go_on.set()
        await until(slow.kept.is_set)  # it was put all the same, a moment too late
        await until(lambda: list(slow.list()) == [])
    await documents.close()


async def test_a_put_that_takes_too_long_is_given_up_and_leaves_no_object(
    slow: SlowObjectStore, tmp_path: Path
) -> None:
    documents = DocumentStore(slow, timeout_seconds=0.05)
    with await upload_of(tmp_path, noise(100)) as upload:
        with pytest.raises(ObjectStoreUnavailable, match="too long"):
            await documents.put(upload)
        slow.go_on.set()
        await until(slow.kept.is_set)
        await until(lambda: list(slow.list()) == [])
    await documents.close()


@pytest.mark.parametrize("size", [100, 6_000_000])
async def test_a_put_that_fails_after_the_object_was_kept_leaves_no_object(tmp_path: Path, size: int) -> None:
    objects = LosesAnswers(tmp_path / "objects")
    objects.prepare()
    documents = DocumentStore(objects)
    with (
        await upload_of(tmp_path, noise(size)) as upload,
        pytest.raises(ObjectStoreUnavailable, match="no answer"),
    ):
        await documents.put(upload)
    assert objects.kept == 1
    await until(lambda: list(objects.list()) == [])
    await documents.close()


async def test_a_put_that_fails_with_its_store_is_reported_as_it_failed(tmp_path: Path) -> None:
    documents = DocumentStore(FilesystemObjectStore(tmp_path / "away"))
    with await upload_of(tmp_path, noise(100)) as upload, capture_logs() as logs:
        with pytest.raises(ObjectStoreUnavailable):
            await documents.put(upload)
        await until(lambda: any(entry["event"] == "document.left_behind" for entry in logs))
    await documents.close()


async def test_who_waits_too_long_for_a_thread_is_told_to_come_back(
    slow: SlowObjectStore, tmp_path: Path
) -> None:
    documents = DocumentStore(slow, threads=1, wait_seconds=0.05)
    with await upload_of(tmp_path, noise(100)) as upload:
        first = asyncio.create_task(documents.put(upload))
        await until(lambda: slow.begun.acquire(blocking=False))
        with pytest.raises(ObjectStoreBusy):
            await documents.put(upload)
        slow.go_on.set()
        kept = await first
    assert len(await read(documents, kept)) == 100
    await documents.close()


async def test_no_more_than_so_many_wait_for_a_thread(slow: SlowObjectStore, tmp_path: Path) -> None:
    documents = DocumentStore(slow, threads=1, max_waiting=1)
    with await upload_of(tmp_path, noise(100)) as upload:
        first = asyncio.create_task(documents.put(upload))
        await until(lambda: slow.begun.acquire(blocking=False))
        second = asyncio.create_task(documents.put(upload))
        await asyncio.sleep(0)
        with pytest.raises(ObjectStoreBusy):
            await documents.put(upload)
        slow.go_on.set()
        await asyncio.gather(first, second)
    await documents.close()


async def test_a_range_outside_the_document_is_refused(documents: DocumentStore) -> None:
    with pytest.raises(ValueError, match="not a range"):
        await documents.open(new_object_key(), bytes(32), 10, 0, 11)
