"""Every body has a bound that is kept while it streams: who would send for ever is told so, and cut off."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.api.embedded import Embedded
from tests.integration.api.fuzzing.hooks import role_of
from tests.integration.api.serving import served
from tests.unit.api.forms import CONTENT_TYPE, json_part, part, with_attachment

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
CHUNK = 16 * KIBIBYTE
BATCH = "/messageRegistry/v3/ebox/messages/batch"
MESSAGES = "/messageRegistry/v3/ebox/messages"
JSON_TYPES = ("application/json", "application/merge-patch+json", "application/x-ndjson")
ROLES = {"partner": "partner", "an": "an", "marc": "an", "site": "partner", "auditor": "auditor"}
"""Whose token does for whom: an employee's bodies are read as a citizen's are."""


class Endless:
    """A body that begins so and then goes on for ever, and how much of it was taken."""

    def __init__(self, beginning: bytes, goes_on: bytes) -> None:
        self._beginning, self._goes_on = beginning, goes_on
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._beginning
        while True:
            self.sent += len(self._goes_on)
            yield self._goes_on


def operations(ebox: Embedded) -> list[tuple[str, str, str, str]]:
    """The method, the address, the media type and the caller of everything that takes JSON."""
    found = []
    for path, methods in ebox.system.app.openapi()["paths"].items():
        for method, operation in methods.items():
            role = role_of(method, path, operation["tags"])
            for media_type in operation.get("requestBody", {}).get("content", {}):
                if role and media_type in JSON_TYPES:
                    address = re.sub(r"\{\w+\}", str(uuid4()), path)
                    found.append((method, address, media_type, ROLES[role]))
    return found


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read any more once it is refused."""
    monkeypatch.setattr("api.lingering.LINGER_BYTES", 0)


async def refused(
    ebox: Embedded, endless: Endless, who: str, address: str, media_type: str, method: str = "POST"
) -> int:
    headers = ebox.as_(who) | {"Content-Type": media_type}
    response = await ebox.http.request(method, address, content=endless.__aiter__(), headers=headers)
    assert response.headers["connection"] == "close", (method, address)
    return response.status_code


@pytest.mark.usefixtures("_at_once")
async def test_json_is_stopped_at_its_bound_wherever_it_is_taken(ebox: Embedded) -> None:
    checked = operations(ebox)
    assert len(checked) > 15
    for method, address, media_type, who in checked:
        endless = Endless(b'{"items":["', b"x" * CHUNK)
        assert await refused(ebox, endless, who, address, media_type, method) == 413, (method, address)
        assert endless.sent <= (16 * MEBIBYTE if address == BATCH else 256 * KIBIBYTE) + CHUNK


@pytest.mark.usefixtures("_at_once")
async def test_a_batch_is_stopped_at_the_line_past_its_last(ebox: Embedded) -> None:
    before = await ebox.what_is_kept()
    lines = Endless(b"", b"{}\n" * 10)
    assert await refused(ebox, lines, "partner", BATCH, "application/x-ndjson") == 400
    assert lines.sent <= 1010 * len(b"{}\n")
    assert await ebox.what_is_kept() == before


def pdf_part(name: str, content: bytes = b"") -> bytes:
    return part(name, b"%PDF-1.7" + content, b"Content-Type: application/pdf", file_name="a.pdf")


OPEN_PDF = pdf_part("upfile1")[:-2]
FORMS: dict[str, tuple[bytes, bytes, int, int]] = {
    "JSON": (part("messageToPublish", b'{"a":"')[:-2], b"x" * CHUNK, 413, 4 * MEBIBYTE),
    "a file": (json_part(with_attachment()) + OPEN_PDF, b"x" * CHUNK, 413, 25 * MEBIBYTE + CHUNK),
    "a file before the JSON": (OPEN_PDF, b"x" * CHUNK, 413, 25 * MEBIBYTE + CHUNK),
    "parts": (json_part(with_attachment()), pdf_part("upfile1"), 400, CHUNK),
    "headers of a part": (part("upfile1", b"")[:-4], b"X-Long: y\r\n" * 100, 400, 2 * CHUNK),
    "all files together": (
        pdf_part("upfile1", b"x" * 20 * MEBIBYTE) + pdf_part("upfile2")[:-2],
        b"x" * CHUNK,
        413,
        10 * MEBIBYTE + CHUNK,
    ),
}
"""How it begins, how it goes on; the answer, and how much of the latter is taken at most."""


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("address", [MESSAGES, "/messageRegistry/v2/publishMessage"])
@pytest.mark.parametrize("form", FORMS)
async def test_a_form_is_stopped_in_each_of_its_parts(ebox: Embedded, form: str, address: str) -> None:
    before = await ebox.what_is_kept()
    beginning, goes_on, expected, bound = FORMS[form]
    endless = Endless(beginning, goes_on)
    status = await refused(ebox, endless, "partner", address, CONTENT_TYPE["Content-Type"])
    assert status == expected
    assert endless.sent <= bound
    assert await ebox.what_is_kept() == before


@pytest.mark.parametrize(
    ("media_type", "goes_on", "expected"),
    [("application/json", b"x" * CHUNK, 413), ("application/x-ndjson", b"{}\n" * 10, 400)],
)
async def test_the_connection_of_who_sends_for_ever_ends(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch, media_type: str, goes_on: bytes, expected: int
) -> None:
    monkeypatch.setattr("api.lingering.LINGER_BYTES", MEBIBYTE)
    head: list[Any] = [f"POST {BATCH} HTTP/1.1", "Host: t", f"Content-Type: {media_type}"]
    head += [f"{name}: {value}" for name, value in ebox.as_("partner").items()]
    head += ["Transfer-Encoding: chunked", "", ""]
    async with served(ebox.system.app) as port, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write("\r\n".join(head).encode())
            answer = asyncio.create_task(reader.readline())
            # Goes on after the answer too, until the connection is gone.
            with suppress(ConnectionError):
                while not writer.transport.is_closing():
                    writer.write(b"%x\r\n%s\r\n" % (len(goes_on), goes_on))
                    await writer.drain()
                    await asyncio.sleep(0)
            assert int((await answer).split()[1]) == expected
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
