"""Receives a publication: its JSON into memory, its files into spooled uploads, as the bytes arrive.

Nothing is held whole but the JSON. Every limit is enforced while receiving: the first byte too many ends
it, and so does a client that stops sending or drips. Whatever the end, nothing that was received stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.requests import Request

from api.multipart import Found, MultipartReader, PartBegins, boundary_of, malformed
from api.pacing import Pace, PacedBody
from api.problem_types import BAD_REQUEST, PAYLOAD_TOO_LARGE
from api.refusals import Refusal
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
    """How much may be sent, in bytes, and how slowly.

    `json_bytes`: a body of 64 KiB in each of four languages, every character escaped, and business data.
    """

    file_bytes: int = 25 * _MEBIBYTE
    message_bytes: int = 30 * _MEBIBYTE
    json_bytes: int = 4 * _MEBIBYTE
    pace: Pace = field(default_factory=Pace)

    @property
    def body_bytes(self) -> int:
        """The most that a request's body can come to, boundaries and headers included."""
        return self.message_bytes + self.json_bytes + _ROOM_FOR_HEADERS


@dataclass(frozen=True, slots=True)
class Form:
    """Which parts a request may have: one of JSON, and files. Where not `needs_json`, no JSON is fine."""

    json_part: str
    file_parts: tuple[str, ...]
    needs_json: bool = True


PUBLICATION: Final = Form(ROOT, FILE_PARTS)


@dataclass(frozen=True, slots=True, repr=False)
class ReceivedPublication:
    """The two halves of a publication, as they came. Its files are given up at the end of a `with` block.

    `json` is empty where it may be missing and was.
    """

    json: bytes
    files: list[UploadedFile]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files:
            file.upload.close()


async def receive_publication(
    request: Request, limits: UploadLimits, spool: Path, form: Form = PUBLICATION
) -> ReceivedPublication:
    """The publication in this request. Raises and keeps nothing, or hands the files over.

    Raises `Refusal` (400, 408, 413, 415), `InvalidInput`, `ClientGone`, `SpoolUnavailable`.
    """
    body = PacedBody(request.receive, limits.pace, limits.body_bytes)
    intake = _Intake(limits, spool, form)
    try:
        await _take_in(request.headers, body, intake)
        return intake.publication()
    except BaseException as error:
        if isinstance(error, Refusal):
            error.closes = not body.is_finished
        intake.close()
        raise


async def _take_in(headers: Headers, body: PacedBody, intake: _Intake) -> None:
    boundary = boundary_of(headers.get("content-type"))
    body.expect(headers.get("content-length"))
    with MultipartReader(boundary) as reader:
        while not body.is_finished:
            for found in reader.feed(await body.next_chunk()):
                await intake.take(found)
        if not reader.is_complete:
            raise malformed("The body ends before its last boundary.")


def _too_large(name: str, detail: str) -> Refusal:
    return Refusal(PAYLOAD_TOO_LARGE, detail, Issue(name, "tooLarge", detail))


class _Intake:
    """Sorts parts into JSON and files, and counts."""

    def __init__(self, limits: UploadLimits, spool: Path, form: Form) -> None:
        self._limits = limits
        self._form = form
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
        elif self._part != self._form.json_part:
            await self._files[self._part].upload.finish()

    def publication(self) -> ReceivedPublication:
        """What was received; `InvalidInput` where the JSON is missing."""
        if self._form.needs_json and not self._has_json:
            raise InvalidInput(
                Issue(self._form.json_part, "required", "the request has no part of this name")
            )
        return ReceivedPublication(bytes(self._json), list(self._files.values()))

    def close(self) -> None:
        """Give up every file. May be called at any time."""
        for file in self._files.values():
            file.upload.close()

    def _begin(self, part: PartBegins) -> None:
        name = self._part = part.name
        if name in self._files or (name == self._form.json_part and self._has_json):
            raise _bad_part(name, "repeated", "the request has two parts of this name")
        if name == self._form.json_part:
            self._has_json = True
        elif name in self._form.file_parts:
            upload = SpooledUpload(self._spool, max_size=self._limits.file_bytes)
            self._files[name] = UploadedFile(name, part.file_name, part.media_type, upload, part.charset)
        else:
            parts = (self._form.json_part, *self._form.file_parts)
            raise _bad_part(printable(name), "unknownInput", f"parts are {', '.join(parts)}")

    async def _bytes(self, data: bytes) -> None:
        if self._part == self._form.json_part:
            self._json += data
            if len(self._json) > self._limits.json_bytes:
                raise _too_large(self._part, f"The JSON is at most {self._limits.json_bytes} bytes.")
            return
        self._file_bytes += len(data)
        if self._file_bytes > self._limits.message_bytes:
            raise _too_large(self._part, f"A message is at most {self._limits.message_bytes} bytes.")
        try:
            await self._files[self._part].upload.write(data)
        except UploadTooLarge as error:
            raise _too_large(self._part, f"A file is at most {error.limit} bytes.") from None


def _bad_part(name: str, code: str, detail: str) -> Refusal:
    return Refusal(BAD_REQUEST, "The body has a part it may not have.", Issue(name, code, detail))
