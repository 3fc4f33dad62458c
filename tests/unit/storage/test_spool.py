"""An upload on its way in: counted, hashed, limited, and gone without a trace afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import os
from io import BytesIO, FileIO
from pathlib import Path

import pytest

from storage.errors import SpoolUnavailable, UploadTooLarge
from storage.spool import SpooledUpload
from tests.noise import noise
from tests.waiting import until

IN_MEMORY, IN_A_FILE = 10_000, 3_000_000
SIZES = pytest.mark.parametrize("size", [0, 1, IN_MEMORY, IN_A_FILE])


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def received(upload: SpooledUpload, data: bytes) -> SpooledUpload:
    for start in range(0, len(data), 65_536):
        await upload.write(data[start : start + 65_536])
    await upload.finish()
    return upload


@SIZES
async def test_an_upload_is_read_back_with_its_size_and_digest(tmp_path: Path, size: int) -> None:
    data = noise(size)
    with await received(SpooledUpload(tmp_path, max_size=size), data) as upload:
        assert upload.size == size
        assert upload.sha256 == hashlib.sha256(data).digest()
        assert upload.head(5) == data[:5]
        with upload.reader() as first, upload.reader() as second:
            assert second.read() == data
            assert first.read() == data


@SIZES
async def test_another_process_may_read_an_upload_and_not_write_to_it(tmp_path: Path, size: int) -> None:
    data = noise(size)
    with await received(SpooledUpload(tmp_path, max_size=size), data) as upload:
        descriptor = upload.descriptor()
        with FileIO(descriptor) as file:
            assert file.readall() == data
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.write(descriptor, b"x")


@pytest.mark.parametrize("limit", [IN_MEMORY, IN_A_FILE])
async def test_one_byte_too_many_is_refused_as_it_arrives(tmp_path: Path, limit: int) -> None:
    with SpooledUpload(tmp_path, max_size=limit) as upload:
        await upload.write(noise(limit))
        with pytest.raises(UploadTooLarge) as raised:
            await upload.write(b"x")
        assert raised.value.limit == limit


async def test_no_file_is_ever_to_be_seen_or_left_open(tmp_path: Path) -> None:
    before = open_files()
    with await received(SpooledUpload(tmp_path, max_size=IN_A_FILE), noise(IN_A_FILE)):
        assert open_files() == before + 1
        assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing that could wait on a directory of a test
    assert open_files() == before


async def test_memory_is_not_used_for_a_large_upload(tmp_path: Path) -> None:
    upload = await received(SpooledUpload(tmp_path, max_size=IN_A_FILE), noise(IN_A_FILE))
    with upload, upload.reader() as file:
        assert not isinstance(file, BytesIO)


@SIZES
async def test_a_reader_opened_before_the_end_stays_good(tmp_path: Path, size: int) -> None:
    data = noise(size)
    upload = await received(SpooledUpload(tmp_path, max_size=size), data)
    with upload.reader() as file:
        upload.close()
        upload.close()
        assert file.read() == data
    with pytest.raises(ValueError, match="closed"):
        upload.reader()


async def test_nothing_is_read_before_the_end_or_written_after_it(tmp_path: Path) -> None:
    with SpooledUpload(tmp_path, max_size=10) as upload:
        await upload.write(b"begun")
        with pytest.raises(ValueError, match="not finished"):
            upload.reader()
        await upload.finish()
        with pytest.raises(ValueError, match="finished"):
            await upload.write(b"more")


async def test_a_sender_that_goes_away_mid_write_leaves_nothing_open(tmp_path: Path) -> None:
    before = open_files()
    for _ in range(20):
        upload = SpooledUpload(tmp_path, max_size=IN_A_FILE)
        writing = asyncio.create_task(received(upload, noise(IN_A_FILE)))
        while upload.size < IN_A_FILE // 2:  # noqa: ASYNC110 - at every turn, to catch it in the middle
            await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        upload.close()
    await until(lambda: open_files() == before)


async def test_a_spool_directory_that_is_gone_is_worth_a_retry(tmp_path: Path) -> None:
    with SpooledUpload(tmp_path / "gone", max_size=IN_A_FILE) as upload:
        with pytest.raises(SpoolUnavailable) as raised:
            await upload.write(noise(IN_A_FILE))
        assert "gone" not in str(raised.value)
