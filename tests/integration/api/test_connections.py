"""What a client may do to a connection before there is a request, at a real HTTP server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.integration.api.serving import served
from tests.unit.api.doubles import Api

LIVE = b"GET /health/live HTTP/1.1\r\nHost: t\r\n"
SEARCH = (
    b"POST /audit/mailboxes/search HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer auditor\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    """With a deadline that a test can wait for."""
    monkeypatch.setattr("api.connections.HEAD_SECONDS", 0.3)
    return Api(tmp_path)


@asynccontextmanager
async def connection(api: Api) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with served(api.app) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the body of one answer that has a length."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].partition(b":")[2]))
    return int(head.split()[1]), body


async def drip(writer: asyncio.StreamWriter, drop: bytes) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("beginning", [b"", b"G", LIVE, LIVE + b"X-Long: "])
async def test_a_head_that_never_ends_closes_the_connection(api: Api, beginning: bytes) -> None:
    async with connection(api) as (reader, writer):
        writer.write(beginning)
        assert await reader.read() == b""


@pytest.mark.parametrize("drop", [b"x", b"X: y\r\n"])
async def test_a_head_that_drips_closes_the_connection(api: Api, drop: bytes) -> None:
    async with connection(api) as (reader, writer):
        writer.write(LIVE + b"X-Long: y\r\n")
        dripping = asyncio.create_task(drip(writer, drop))
        with suppress(ConnectionError):
            assert await reader.read() == b""
        dripping.cancel()


@pytest.mark.parametrize(("beginning", "drop"), [(b"\r\n", b"\r\n"), (LIVE + b"X-Long: ", b"x")])
async def test_a_connection_that_was_good_once_is_held_to_the_same(
    api: Api, beginning: bytes, drop: bytes
) -> None:
    async with connection(api) as (reader, writer):
        writer.write(LIVE + b"\r\n")
        assert (await answer(reader))[0] == 200
        writer.write(beginning)
        dripping = asyncio.create_task(drip(writer, drop))
        with suppress(ConnectionError):
            assert await reader.read() == b""
        dripping.cancel()


async def test_a_connection_serves_one_request_after_another(api: Api) -> None:
    async with connection(api) as (reader, writer):
        for pieces in ([LIVE + b"\r\n"], [LIVE[:5], LIVE[5:], b"\r\n"], [LIVE + b"\r\n"] * 2):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            for _ in range(2 if len(pieces) == 2 else 1):
                assert (await answer(reader))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Long: " + b"x" * 65_536 + b"\r\n",
        b"".join(b"X-%d: y\r\n" % number for number in range(100)),
        b"".join(b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(70)),
    ],
    ids=["one long", "many", "many long"],
)
async def test_a_head_that_is_too_large_is_refused(api: Api, headers: bytes) -> None:
    async with connection(api) as (reader, writer):
        writer.write(LIVE + headers + b"\r\n")
        status, body = await answer(reader)
        assert status == 431
        assert b"urn:problem-type:ebox:requestHeaderFieldsTooLarge" in body
        assert await reader.read() == b""


async def test_an_address_that_is_too_long_is_refused(api: Api) -> None:
    async with connection(api) as (reader, writer):
        writer.write(b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: t\r\n\r\n")
        assert (await answer(reader))[0] == 431


async def test_a_header_without_end_is_refused_while_it_streams(api: Api) -> None:
    async with connection(api) as (reader, writer):
        writer.write(LIVE + b"X-Long: ")
        dripping = asyncio.create_task(flood(writer))
        with suppress(ConnectionError):
            assert (await answer(reader))[0] == 431
        dripping.cancel()


async def test_a_trailer_without_end_ends_the_connection(api: Api) -> None:
    async with connection(api) as (reader, writer):
        writer.write(SEARCH + b"1\r\n{\r\n0\r\nX-Long: ")
        dripping = asyncio.create_task(flood(writer))
        with suppress(ConnectionError):
            await reader.read()
        dripping.cancel()
    assert api.auditing.searches == []


async def test_a_trailer_does_not_pass_for_a_header(api: Api) -> None:
    async with connection(api) as (reader, writer):
        body = b'{"ssin":"81050103522"}'
        head = SEARCH.replace(b"Content-Type: application/json\r\n", b"")
        writer.write(head + b"%x\r\n%s\r\n0\r\nContent-Type: application/json\r\n\r\n" % (len(body), body))
        assert (await answer(reader))[0] == 415


async def test_what_is_not_http_is_a_problem_too(api: Api) -> None:
    async with connection(api) as (reader, writer):
        writer.write(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")
        status, body = await answer(reader)
        assert (status, b"urn:problem-type:belgif:badRequest" in body) == (400, True)


async def flood(writer: asyncio.StreamWriter) -> None:
    """Send without end, as fast as it is taken; a server that takes 64 MiB has no limit."""
    with suppress(ConnectionError):
        for _ in range(1024):
            writer.write(b"x" * 65_536)
            await writer.drain()
