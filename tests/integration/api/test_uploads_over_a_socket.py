"""Uploads through a real HTTP server: a refused client sees why, and one that goes away leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from api.pacing import Pace
from api.uploads import UploadLimits
from tests.integration.api.serving import served
from tests.unit.api.doubles import AUTHORIZED, Api, spooled_files
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message, part, with_attachment
from tests.waiting import until

PATH = "/messageRegistry/v3/ebox/messages"
CHUNK = b"x" * 65_536
HEAD = "\r\n".join(
    [
        f"POST {PATH} HTTP/1.1",
        "Host: t",
        *(f"{name}: {value}" for name, value in (CONTENT_TYPE | AUTHORIZED).items()),
    ]
)


@pytest.fixture
def api(tmp_path: Path) -> Api:
    """Limits that a test can reach."""
    return Api(
        tmp_path,
        UploadLimits(pace=Pace(idle_seconds=0.2, window_seconds=0.3, bytes_per_second=1000)),
    )


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def beginning(*parts: bytes) -> bytes:
    """A request that has begun to send its body in chunks, the last part still open."""
    return f"{HEAD}\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunked(b"".join(parts)[:-2])


async def status(reader: asyncio.StreamReader) -> int:
    line = await asyncio.wait_for(reader.readline(), 10)
    return int(line.split()[1])


async def test_a_client_that_sends_without_end_is_stopped_and_told(api: Api) -> None:
    sent = 0
    async with served(api.app) as port, connection(port) as (reader, writer):
        writer.write(beginning(part("upfile1", b"")))
        answer = asyncio.create_task(status(reader))
        with suppress(ConnectionError):
            while not answer.done() and sent < 500 * 1024 * 1024:
                writer.write(chunked(CHUNK))
                await writer.drain()
                sent += len(CHUNK)
        assert await answer == 413
        assert b"connection: close" in await reader.read()
    assert 25 * 1024 * 1024 < sent < 60 * 1024 * 1024  # the rest lay in the sockets' buffers
    assert spooled_files(api.spool) == []


@pytest.mark.parametrize("size", [26 * 1024 * 1024, 60 * 1024 * 1024])
async def test_an_ordinary_client_sees_why_its_file_was_refused(api: Api, size: int) -> None:
    def body() -> Iterator[bytes]:
        yield part("upfile1", b"")[:-2]
        for _ in range(0, size, len(CHUNK)):
            yield CHUNK
        yield b"\r\n" + form(json_part(with_attachment()))

    async def body_later() -> AsyncIterator[bytes]:
        for chunk in body():
            yield chunk

    async with served(api.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        response = await client.post(PATH, content=body_later(), headers=CONTENT_TYPE | AUTHORIZED)
    assert response.status_code == 413
    assert response.json()["issues"][0]["name"] == "upfile1"
    assert api.publishing.commands == []


async def test_a_client_that_asks_before_sending_is_refused_before_it_sends(api: Api) -> None:
    length = 100 * 1024 * 1024
    request = f"{HEAD}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    async with served(api.app) as port, connection(port) as (reader, writer):
        writer.write(request.encode())
        assert await status(reader) == 413


async def test_a_client_that_falls_silent_is_told_so(api: Api) -> None:
    async with served(api.app) as port, connection(port) as (reader, writer):
        writer.write(beginning(part("upfile1", b"x" * 2_000_000)))
        assert await status(reader) == 408
    assert spooled_files(api.spool) == []


async def test_a_client_that_drips_is_ended(api: Api) -> None:
    async with served(api.app) as port, connection(port) as (reader, writer):
        writer.write(beginning(part("upfile1", b"")))
        answer = asyncio.create_task(status(reader))
        with suppress(ConnectionError):
            while not answer.done():
                writer.write(chunked(b"x"))
                await asyncio.sleep(0.02)
        assert await answer == 408


async def test_a_client_that_goes_away_mid_upload_leaves_nothing(api: Api) -> None:
    async with served(api.app) as port:
        async with connection(port) as (_, writer):
            writer.write(beginning(json_part(message()), part("upfile1", b"x" * 2_000_000)))
            await writer.drain()
            await until(lambda: bool(spooled_files(api.spool)))
        await until(lambda: not spooled_files(api.spool))
    assert api.publishing.commands == []


async def test_a_connection_serves_on_after_a_refusal_that_was_read_whole(api: Api) -> None:
    bad, good = form(part("upfile1", b"")), form(json_part(message()))
    async with served(api.app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        refused = await client.post(PATH, content=bad, headers=CONTENT_TYPE | AUTHORIZED)
        taken = await client.post(PATH, content=good, headers=CONTENT_TYPE | AUTHORIZED)
    assert (refused.status_code, taken.status_code) == (400, 201)
    assert "connection" not in refused.headers
