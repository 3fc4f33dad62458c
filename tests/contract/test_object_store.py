"""What every object store does, on a directory and on a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from storage.errors import ObjectNotFound
from storage.filesystem import FilesystemObjectStore
from storage.keys import new_object_key
from storage.port import ByteSource, ObjectStore
from storage.s3 import S3ObjectStore
from tests.noise import noise

TWELVE_MEGABYTES = 12 * 1024 * 1024


@pytest.fixture(params=["filesystem", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    made: ObjectStore
    if request.param == "filesystem":
        made = FilesystemObjectStore(tmp_path / "objects")
    else:
        made = S3ObjectStore.from_url(request.getfixturevalue("s3_url"))
    made.prepare()
    yield made
    made.close()


def put(store: ObjectStore, data: bytes) -> str:
    key = new_object_key()
    store.put(key, BytesIO(data), len(data))
    return key


def keys(store: ObjectStore, prefix: str = "") -> set[str]:
    return {entry.key for entry in store.list(prefix)}


class FailingSource:
    """Yields so many bytes and then cannot go on."""

    def __init__(self, length: int) -> None:
        self._left = length

    def read(self, size: int, /) -> bytes:
        if self._left == 0:
            raise ValueError("no more")
        taken = min(size, self._left)
        self._left -= taken
        return bytes(taken)


class TestObjectStore:
    def test_what_was_put_is_read_back(self, store: ObjectStore) -> None:
        assert store.read(put(store, b"a letter"), 0, 100) == b"a letter"

    def test_an_object_of_zero_bytes_is_there_and_empty(self, store: ObjectStore) -> None:
        key = put(store, b"")
        assert store.read(key, 0, 100) == b""
        assert keys(store) == {key}

    def test_a_large_object_is_read_back_whole(self, store: ObjectStore) -> None:
        data = noise(TWELVE_MEGABYTES, 1)
        assert store.read(put(store, data), 0, TWELVE_MEGABYTES) == data

    @pytest.mark.parametrize(
        ("offset", "length"), [(0, 1), (0, 10), (3, 4), (9, 1), (0, 0), (4, 0), (5, 100), (10, 1), (50, 5)]
    )
    def test_a_range_is_what_there_is_of_it(self, store: ObjectStore, offset: int, length: int) -> None:
        data = b"0123456789"
        assert store.read(put(store, data), offset, length) == data[offset : offset + length]

    def test_a_range_across_the_parts_of_a_large_object(self, store: ObjectStore) -> None:
        data = noise(TWELVE_MEGABYTES, 2)
        key = put(store, data)
        border = 5 * 1024 * 1024
        assert store.read(key, border - 10, 20) == data[border - 10 : border + 10]

    def test_a_key_that_was_never_put_is_not_found(self, store: ObjectStore) -> None:
        with pytest.raises(ObjectNotFound):
            store.read(new_object_key(), 0, 10)

    def test_a_deleted_object_is_not_found(self, store: ObjectStore) -> None:
        key = put(store, b"a letter")
        store.delete(key)
        with pytest.raises(ObjectNotFound):
            store.read(key, 0, 10)
        assert keys(store) == set()

    def test_deleting_twice_is_deleting_once(self, store: ObjectStore) -> None:
        key = put(store, b"a letter")
        store.delete(key)
        store.delete(key)
        store.delete(new_object_key())

    def test_putting_again_replaces(self, store: ObjectStore) -> None:
        key = put(store, b"a long first letter")
        store.put(key, BytesIO(b"second"), 6)
        assert store.read(key, 0, 100) == b"second"

    def test_no_more_than_the_stated_length_is_taken(self, store: ObjectStore) -> None:
        key = new_object_key()
        store.put(key, BytesIO(b"a letter and more"), 8)
        assert store.read(key, 0, 100) == b"a letter"

    @pytest.mark.parametrize("length", [1000, 6 * 1024 * 1024])
    def test_a_source_that_fails_leaves_no_object(self, store: ObjectStore, length: int) -> None:
        source: ByteSource = FailingSource(length)
        key = new_object_key()
        with pytest.raises(ValueError, match="no more"):
            store.put(key, source, TWELVE_MEGABYTES)
        assert keys(store) == set()
        with pytest.raises(ObjectNotFound):
            store.read(key, 0, 10)

    def test_the_list_holds_every_object_with_size_and_time(self, store: ObjectStore) -> None:
        expected = {put(store, bytes(size)): size for size in range(5)}
        entries = list(store.list())
        assert {entry.key: entry.size for entry in entries} == expected
        assert all(abs(datetime.now(UTC) - entry.modified_at) < timedelta(minutes=1) for entry in entries)

    def test_the_list_is_narrowed_by_a_prefix(self, store: ObjectStore) -> None:
        for key in ("ab/one", "ab/two", "ac/one"):
            store.put(key, BytesIO(b"x"), 1)
        assert keys(store, "ab/") == {"ab/one", "ab/two"}
        assert keys(store, "ab/t") == {"ab/two"}
        assert keys(store, "zz") == set()

    def test_threads_may_share_a_store(self, store: ObjectStore) -> None:
        letters = [noise(10_000, number) for number in range(40)]
        with ThreadPoolExecutor(16) as threads:
            kept = list(threads.map(lambda letter: put(store, letter), letters))
            read = list(threads.map(lambda key: store.read(key, 0, 10_000), kept))
        assert read == letters

    def test_preparing_again_keeps_what_is_there(self, store: ObjectStore) -> None:
        key = put(store, b"a letter")
        store.prepare()
        store.check()
        assert store.read(key, 0, 100) == b"a letter"

    @pytest.mark.parametrize(
        "key", ["", "/etc/passwd", "../up", "a/../b", "a//b", "A", "a b", "a" * 201, ".incoming/a"]
    )
    def test_what_is_not_a_key_is_refused(self, store: ObjectStore, key: str) -> None:
        for use in (
            lambda: store.put(key, BytesIO(b""), 0),
            lambda: store.read(key, 0, 1),
            lambda: store.delete(key),
        ):
            with pytest.raises(ValueError, match="not an object key"):
                use()
