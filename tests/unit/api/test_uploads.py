"""Receiving a publication: every limit holds while the bytes arrive, and nothing stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.pacing import Pace
from api.uploads import UploadLimits
from tests.unit.api.doubles import AUTHORIZED, Api, spooled_files
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message, part, with_attachment
from tests.waiting import until

PATH = "/messageRegistry/v3/ebox/messages"
MEBIBYTE = 1024 * 1024


async def publish(api: Api, body: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    async with api.client() as client:
        return await client.post(PATH, content=body, headers=CONTENT_TYPE | headers)


def issue(response: httpx.Response) -> tuple[str, str]:
    """The one refused field, and the rule."""
    (found,) = response.json()["issues"]
    return found["name"], found["title"]


async def test_a_file_arrives_byte_for_byte_with_what_its_part_says(api: Api) -> None:
    document = bytes(range(256)) * 20_000
    file = part("upfile1", document, b"Content-Type: Application/PDF", file_name="a.pdf")
    response = await publish(api, form(file, json_part(with_attachment())))
    assert response.status_code == 201
    (command,) = api.publishing.commands
    (received,) = command.files
    assert (received.part, received.file_name, received.media_type) == ("upfile1", "a.pdf", "application/pdf")
    assert api.publishing.received == [document]
    assert spooled_files(api.spool) == []


async def test_parts_may_come_in_any_order(api: Api) -> None:
    files = [part("upfile2", b"two", file_name="2"), part("upfile1", b"one", file_name="1")]
    for body in (form(json_part(message()), *files), form(*files, json_part(message()))):
        assert (await publish(api, body)).status_code == 201
    assert [[file.part for file in command.files] for command in api.publishing.commands] == [
        ["upfile2", "upfile1"],
        ["upfile2", "upfile1"],
    ]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (form(part("upfile1", b"x")), ("messageToPublish", "required")),
        (form(), ("messageToPublish", "required")),
        (form(json_part(message()), part("upfile7", b"")), ("upfile7", "unknownInput")),
        (form(json_part(message()), part("attachment", b"")), ("attachment", "unknownInput")),
        (form(json_part(message()), json_part(message())), ("messageToPublish", "repeated")),
        (form(part("upfile1", b""), part("upfile1", b"")), ("upfile1", "repeated")),
        (form(part("messageToPublish", b"\xff")), ("messageToPublish", "notUtf8")),
    ],
)
async def test_a_part_that_may_not_be_there_or_is_not_there_is_named(
    api: Api, body: bytes, refused: tuple[str, str]
) -> None:
    response = await publish(api, body)
    assert response.status_code == 400
    assert issue(response) == refused
    assert api.publishing.commands == []
    assert spooled_files(api.spool) == []


@pytest.mark.parametrize("cut", [3, 4, 30, 200])
async def test_a_body_without_its_last_boundary_is_refused(api: Api, cut: int) -> None:
    response = await publish(api, form(json_part(with_attachment()), part("upfile1", b"x" * 300))[:-cut])
    assert response.status_code == 400
    assert api.publishing.commands == []


async def test_what_is_not_multipart_is_refused_unread(api: Api) -> None:
    response = await publish(api, unread(), **{"Content-Type": "application/json"})
    assert response.status_code == 415
    assert response.json()["type"] == "urn:problem-type:ebox:unsupportedMediaType"


async def unread() -> AsyncIterator[bytes]:
    """A body that must not be asked for more than the server's politeness reads."""
    for _ in range(1000):
        yield b"x" * 65_536


class Endless:
    """A file that never ends; counts what was taken of it."""

    def __init__(self, *beginning: bytes) -> None:
        self.sent = 0
        self._beginning = b"".join(beginning)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._beginning
        while True:
            self.sent += 65_536
            yield b"x" * 65_536


def opened(name: str) -> bytes:
    """The beginning of a part, without an end."""
    return part(name, b"")[:-2]


@pytest.mark.parametrize(
    ("limits", "beginning", "field", "at_most"),
    [
        (UploadLimits(), opened("upfile1"), "upfile1", 25 * MEBIBYTE),
        (UploadLimits(file_bytes=MEBIBYTE), opened("upfile3"), "upfile3", MEBIBYTE),
        (UploadLimits(message_bytes=2 * MEBIBYTE), opened("upfile1"), "upfile1", 2 * MEBIBYTE),
        (UploadLimits(json_bytes=MEBIBYTE), opened("messageToPublish"), "messageToPublish", MEBIBYTE),
        (UploadLimits(message_bytes=0, json_bytes=0), form(json_part(message())), "messageToPublish", 0),
        (UploadLimits(message_bytes=0), form(json_part(message())), "body", 5 * MEBIBYTE),
    ],
)
async def test_the_first_byte_too_many_ends_the_upload(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limits: UploadLimits,
    beginning: bytes,
    field: str,
    at_most: int,
) -> None:
    monkeypatch.setattr("api.lingering.LINGER_BYTES", MEBIBYTE)
    api, upload = Api(tmp_path, limits), Endless(beginning)
    response = await publish(api, upload.__aiter__())
    assert response.status_code == 413
    assert response.headers["connection"] == "close"
    assert issue(response) == (field, "tooLarge")
    assert upload.sent <= at_most + 2 * MEBIBYTE  # what is thrown away while closing is bounded too
    assert api.publishing.commands == []
    assert spooled_files(tmp_path) == []


async def test_a_file_of_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    api = Api(tmp_path, UploadLimits(file_bytes=1000, message_bytes=1000))
    response = await publish(api, form(part("upfile1", b"x" * 1000), json_part(with_attachment())))
    assert response.status_code == 201


async def test_files_that_are_too_large_together_are_refused(tmp_path: Path) -> None:
    api = Api(tmp_path, UploadLimits(file_bytes=1000, message_bytes=1500))
    response = await publish(api, form(part("upfile1", b"x" * 1000), part("upfile2", b"x" * 501)))
    assert response.status_code == 413
    assert issue(response) == ("upfile2", "tooLarge")


async def test_a_length_announced_beyond_the_limit_is_refused_unread(api: Api) -> None:
    response = await publish(api, unread(), **{"Content-Length": str(100 * MEBIBYTE)})
    assert response.status_code == 413


class Slow:
    """An ASGI client that sends its chunks and then does what it is told to."""

    def __init__(self, *chunks: bytes, pause: float = 0.0, then: str = "silence") -> None:
        self._chunks = list(chunks)
        self._pause = pause
        self._then = then
        self.answer: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(self._pause)
        if self._chunks:
            chunk = self._chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(self._chunks or self._then)}
        if self._then == "drip":
            return {"type": "http.request", "body": b"x", "more_body": True}
        if self._then == "silence":
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Any) -> None:
        self.answer.append(event)

    async def publish(self, api: Api) -> int:
        """Publish; the answer's status."""
        headers = {**CONTENT_TYPE, **AUTHORIZED}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": PATH,
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        await asyncio.wait_for(api.app(scope, self.receive, self.send), 10)
        status: int = self.answer[0]["status"]
        return status


@pytest.fixture
def impatient(tmp_path: Path) -> Api:
    """The application with limits that a test can wait for."""
    return Api(
        tmp_path, UploadLimits(pace=Pace(idle_seconds=0.05, window_seconds=0.1, bytes_per_second=1000))
    )


async def test_a_client_that_falls_silent_is_told_so(impatient: Api) -> None:
    assert await Slow(opened("upfile1") + b"x" * 2_000_000).publish(impatient) == 408
    assert impatient.publishing.commands == []
    assert spooled_files(impatient.spool) == []


async def test_an_upload_that_drips_is_ended(impatient: Api) -> None:
    assert await Slow(opened("upfile1"), pause=0.02, then="drip").publish(impatient) == 408
    assert spooled_files(impatient.spool) == []


async def test_a_slow_upload_that_keeps_the_pace_is_taken(impatient: Api) -> None:
    body = form(json_part(message()), part("upfile1", b"x" * 2000))
    chunks = [body[start : start + 100] for start in range(0, len(body), 100)]
    assert await Slow(*chunks, pause=0.01, then="").publish(impatient) == 201
    assert impatient.publishing.received == [b"x" * 2000]


async def test_a_client_that_goes_away_mid_upload_leaves_nothing(api: Api) -> None:
    client = Slow(opened("upfile1") + b"x" * 2_000_000, then="leave")
    await client.publish(api)
    assert api.publishing.commands == []
    assert spooled_files(api.spool) == []


async def test_files_are_given_up_when_publishing_fails(api: Api) -> None:
    api.publishing.error = RuntimeError("unexpected")
    body = form(part("upfile1", b"x" * 2_000_000), json_part(with_attachment()))
    assert (await publish(api, body)).status_code == 500
    assert spooled_files(api.spool) == []


async def test_files_are_given_up_when_the_request_is_cancelled(impatient: Api) -> None:
    slow = Slow(opened("upfile1") + b"x" * 2_000_000, pause=0.01, then="drip")
    running = asyncio.create_task(slow.publish(Api(impatient.spool)))
    await until(lambda: bool(spooled_files(impatient.spool)))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not spooled_files(impatient.spool))  # a write may still be under way in its thread
