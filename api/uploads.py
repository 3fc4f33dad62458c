"""Receives a publication: its JSON into memory, its files into spooled uploads, as the bytes arrive.

Nothing is held whole but the JSON. Every limit is enforced while receiving: the first byte too many ends
it, and so does a client that stops sending or drips. Whatever the end, nothing that was received stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.types import Receive

from api.multipart import Found, MultipartReader, PartBegins, boundary_of, malformed
from api.problem_types import BAD_REQUEST, PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT
from api.refusals import ClientGone, Refusal
from api.schemas.issues import printable
from application.documents import UploadedFile
from domain.draft import MAX_ATTACHMENTS, ROOT
from domain.errors import InvalidInput, Issue
from storage.errors import UploadTooLarge
from storage.spool import SpooledUpload

FILE_PARTS: Final = tuple(f"upfile{number}" for number in range(1, MAX_ATTACHMENTS + 1))
_ROOM_FOR_HEADERS: Final = 128 * 1024
_MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may be sent, and how slowly. Bytes and seconds.

    `json_bytes`: a body of 64 KiB in each of four languages, every character escaped, and business data.
    A sender may be silent for `idle_seconds`, and must reach `bytes_per_second` over each `window_seconds`.
    """

    file_bytes: int = 25 * _MEBIBYTE
    message_bytes: int = 30 * _MEBIBYTE
    json_bytes: int = 4 * _MEBIBYTE
    idle_seconds: float = 30.0
    window_seconds: float = 60.0
    bytes_per_second: int = 1024

    @property
    def body_bytes(self) -> int:
        """The most that a request's body can come to, boundaries and headers included."""
        return self.message_bytes + self.json_bytes + _ROOM_FOR_HEADERS


@dataclass(frozen=True, slots=True, repr=False)
class ReceivedPublication:
    """The two halves of a publication, as they came."""

    json: bytes
    files: list[UploadedFile]


@asynccontextmanager
async def received_publication(
    request: Request, limits: UploadLimits, spool: Path
) -> AsyncIterator[ReceivedPublication]:
    """The publication in this request, for as long as the block lasts; then its files are given up.

    Raises `Refusal` (400, 408, 413, 415), `InvalidInput`, `ClientGone`, `SpoolUnavailable`.
    """
    reader = MultipartReader(boundary_of(request.headers.get("content-type")))
    _refuse_announced_length(request.headers.get("content-length"), limits)
    intake = _Intake(limits, spool)
    try:
        async with aclosing(_paced(request.receive, limits)) as chunks:
            async for chunk in chunks:
                for found in reader.feed(chunk):
                    await intake.take(found)
        if not reader.is_complete:
            raise malformed("The body ends before its last boundary.")
        yield intake.publication()
    finally:
        intake.close()


def _refuse_announced_length(content_length: str | None, limits: UploadLimits) -> None:
    if content_length is not None and content_length.isdecimal() and int(content_length) > limits.body_bytes:
        raise _too_large("body", f"A message is at most {limits.message_bytes} bytes.")


def _too_large(name: str, detail: str) -> Refusal:
    return Refusal(PAYLOAD_TOO_LARGE, detail, Issue(name, "tooLarge", detail), closes=True)


class _Intake:
    """Sorts parts into JSON and files, and counts."""

    def __init__(self, limits: UploadLimits, spool: Path) -> None:
        self._limits = limits
        self._spool = spool
        self._json = bytearray()
        self._has_json = False
        self._files: dict[str, UploadedFile] = {}
        self._file_bytes = 0
        self._part = ""

    async def take(self, found: Found) -> None:
        """The next of what the reader found."""
        if isinstance(found, bytes):
            await self._bytes(found)
        elif isinstance(found, PartBegins):
            self._begin(found)
        elif self._part != ROOT:
            await self._files[self._part].upload.finish()

    def publication(self) -> ReceivedPublication:
        """What was received; `InvalidInput` where the JSON is missing."""
        if not self._has_json:
            raise InvalidInput(Issue(ROOT, "required", "the request has no part of this name"))
        return ReceivedPublication(bytes(self._json), list(self._files.values()))

    def close(self) -> None:
        """Give up every file. May be called at any time."""
        for file in self._files.values():
            file.upload.close()

    def _begin(self, part: PartBegins) -> None:
        name = self._part = part.name
        if name in self._files or (name == ROOT and self._has_json):
            raise _bad_part(name, "repeated", "the request has two parts of this name")
        if name == ROOT:
            self._has_json = True
        elif name in FILE_PARTS:
            upload = SpooledUpload(self._spool, max_size=self._limits.file_bytes)
            self._files[name] = UploadedFile(name, part.file_name, part.media_type, upload)
        else:
            expected = f"parts are {ROOT} and {FILE_PARTS[0]} to {FILE_PARTS[-1]}"
            raise _bad_part(printable(name), "unknownInput", expected)

    async def _bytes(self, data: bytes) -> None:
        if self._part == ROOT:
            self._json += data
            if len(self._json) > self._limits.json_bytes:
                raise _too_large(ROOT, f"The JSON is at most {self._limits.json_bytes} bytes.")
            return
        self._file_bytes += len(data)
        if self._file_bytes > self._limits.message_bytes:
            raise _too_large(self._part, f"A message is at most {self._limits.message_bytes} bytes.")
        try:
            await self._files[self._part].upload.write(data)
        except UploadTooLarge as error:
            raise _too_large(self._part, f"A file is at most {error.limit} bytes.") from None


def _bad_part(name: str, code: str, detail: str) -> Refusal:
    return Refusal(
        BAD_REQUEST, "The body has a part it may not have.", Issue(name, code, detail), closes=True
    )


async def _paced(receive: Receive, limits: UploadLimits) -> AsyncGenerator[bytes, None]:
    """The body's chunks. Only time spent waiting for the client counts, never our own slowness."""
    now = asyncio.get_running_loop().time
    total = window_bytes = 0
    silence = window = 0.0
    while True:
        began = now()
        try:
            async with asyncio.timeout(max(0.0, limits.idle_seconds - silence)):
                message = await receive()
        except TimeoutError:
            raise _too_slow(f"Not a byte came for {limits.idle_seconds:g} s.") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        waited, chunk = now() - began, message.get("body", b"")
        silence = 0.0 if chunk else silence + waited
        window, window_bytes, total = window + waited, window_bytes + len(chunk), total + len(chunk)
        if total > limits.body_bytes:
            raise _too_large("body", f"A message is at most {limits.message_bytes} bytes.")
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return
        if window >= limits.window_seconds:
            if window_bytes < window * limits.bytes_per_second:
                raise _too_slow(f"Fewer than {limits.bytes_per_second} bytes a second came.")
            window, window_bytes = 0.0, 0


def _too_slow(detail: str) -> Refusal:
    return Refusal(REQUEST_TIMEOUT, detail, closes=True)
