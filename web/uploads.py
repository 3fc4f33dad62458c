"""Forms that bring files along: fields into memory, files into spooled uploads, within limits.

What comes slowly, or is more than a message may carry, ends the reading. Whoever gets files closes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from application.documents import UploadedFile
from domain.draft import MAX_ATTACHMENTS
from storage.errors import UploadTooLarge
from storage.spool import SpooledUpload

_MOST_FIELDS: Final = 20
_FIELD_BYTES: Final = 256 * 1024
_ROOM: Final = 512 * 1024
"""For the fields and for what surrounds the parts."""
_SECONDS: Final = 600.0
_CHUNK: Final = 256 * 1024


class FormUnreadable(Exception):
    """It is no such form, or broke off."""


class FormTooLarge(Exception):
    """It has too many files, or they are too large."""


@dataclass(frozen=True, slots=True, repr=False)
class FormWithFiles:
    """What came. `close` gives the files up."""

    fields: Mapping[str, str]
    files: list[UploadedFile] = field(default_factory=list)

    def close(self) -> None:
        """Give the files up. May be called again."""
        for file in self.files:
            file.upload.close()


async def read_form_with_files(
    request: Request, spool: Path, *, file_bytes: int, all_bytes: int
) -> FormWithFiles:
    """The form in this request, its files named `upfile1` and so on as they came.

    Raises `FormUnreadable`, `FormTooLarge`, `SpoolUnavailable`; then nothing is kept.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise FormUnreadable
    parser = MultiPartParser(
        request.headers,
        _bounded(request, all_bytes + _ROOM),
        max_files=MAX_ATTACHMENTS,
        max_fields=_MOST_FIELDS,
        max_part_size=_FIELD_BYTES,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            form = await parser.parse()
    except MultiPartException as error:
        raise (FormTooLarge if error.message.startswith("Too many") else FormUnreadable) from None
    except TimeoutError:
        raise FormUnreadable from None
    try:
        return await _kept(form, spool, file_bytes)
    finally:
        await form.close()


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > most:
            raise FormTooLarge
        yield chunk


async def _kept(form: FormData, spool: Path, file_bytes: int) -> FormWithFiles:
    found = FormWithFiles({name: value for name, value in form.multi_items() if isinstance(value, str)})
    try:
        for value in form.getlist("files"):
            # A browser sends an empty part where nothing was chosen.
            if isinstance(value, UploadFile) and value.filename:
                upload = SpooledUpload(spool, max_size=file_bytes)
                media_type, options = parse_options_header(value.content_type)
                charset = options.get(b"charset", b"").decode("latin-1") or None
                part = f"upfile{len(found.files) + 1}"
                kind = media_type.decode("latin-1") or None
                found.files.append(UploadedFile(part, value.filename, kind, upload, charset))
                while chunk := await value.read(_CHUNK):
                    await upload.write(chunk)
                await upload.finish()
    except UploadTooLarge:
        found.close()
        raise FormTooLarge from None
    except BaseException:
        found.close()
        raise
    return found
