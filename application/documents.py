"""The files of a publication: matched with the JSON that announces them, inspected, kept, described.

Problems are named by the caller's own field: the entry in `messageToPublish.attachments`, or the part.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from application.kept_documents import Kept, carried
from domain import mediatypes
from domain.draft import MAX_FILE_NAME_CHARACTERS, ROOT, AttachmentDraft
from domain.errors import InvalidInput, Issue, OutcomeUnknown
from domain.events.message import AttachmentRecord
from domain.ids import new_id
from domain.personal import ERASED
from storage.documents import DocumentStore, StoredDocument
from storage.errors import InspectionRefused, RefusalReason
from storage.inspection import InspectionReport, UploadInspector
from storage.spool import SpooledUpload

REFUSALS: Final[dict[RefusalReason, str]] = {
    "empty": "the file has no bytes",
    "not-a-pdf": "its first bytes are not those of a PDF",
    "not-of-its-type": "its bytes are not of the kind that its name says",
    "damaged": "it cannot be read without repair; was it sent whole?",
    "trailing-data": "it holds something before, after or between what belongs to it",
    "encrypted": "it asks for a password or restricts its reader; send it without",
    "no-pages": "the PDF has no pages",
    "not-utf8": "texts are in UTF-8, and say so where they say it",
    "control-character": "a text holds no control character but tab, line ends and form feed; is it UTF-16?",
    "not-well-formed": "the XML stops being well-formed somewhere",
    "document-type": "XML may not have a DTD or declare entities",
    "unsafe-path": "an entry of the archive would be unpacked outside of its folder, or is a link",
    "unusual-compression": "an entry of the archive is neither stored nor deflated, which few can open",
    "unpacks-to-too-much": "it has too many entries, or unpacks to too many bytes",
    "inspection-timeout": "it could not be examined in time; it is unusually complicated",
    "inspection-failed": "it could not be examined; it is unusually large or complicated inside",
    "malware": "malware was found in it, or in a file embedded in it",
    "not-scannable": "it, or a file embedded in it, is too large or unreadable to be scanned for malware",
}
"""What to tell the sender of a file that is not accepted."""


@dataclass(frozen=True, slots=True, repr=False)
class UploadedFile:
    """A file as it came: the part that carried it, what the part said of it, and its bytes.

    `media_type` and `charset` are those of its Content-Type, where it had one.
    """

    part: str
    file_name: str | None
    media_type: str | None
    upload: SpooledUpload
    charset: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AnnouncedFile:
    """A file together with what the JSON says of it; `field` is where it says so."""

    field: str
    draft: AttachmentDraft
    file: UploadedFile


def request_of(canonical: bytes, files: Iterable[UploadedFile]) -> bytes:
    """What makes two requests the same: their JSON, and of each part its name, what it says of its file, and
    the bytes.
    """
    said = sorted(
        f"{one.part}={one.upload.sha256.hex()};{one.media_type or ''};{one.file_name or ''}" for one in files
    )
    return b"\0".join([canonical, *(one.encode() for one in said)])


def match_files(drafts: list[AttachmentDraft], files: list[UploadedFile]) -> list[AnnouncedFile]:
    """Every announced file with its part, in the order of the JSON.

    Raises `InvalidInput` for a part without JSON, JSON without a part, or a digest that does not match.
    """
    by_part = {file.part: file for file in files}
    issues = list(_mismatches(drafts, by_part))
    if issues:
        raise InvalidInput(*issues)
    return [
        AnnouncedFile(f"{ROOT}.attachments[{index}]", draft, by_part[draft.part])
        for index, draft in enumerate(drafts)
        if draft.part is not None
    ]


def _mismatches(drafts: list[AttachmentDraft], by_part: dict[str, UploadedFile]) -> Iterator[Issue]:
    announced = {draft.part for draft in drafts}
    for part in by_part:
        if part not in announced:
            yield Issue(part, "notAnnounced", f"no entry of {ROOT}.attachments names this part")
    for index, draft in enumerate(drafts):
        where = f"{ROOT}.attachments[{index}]"
        if draft.part is None:
            continue
        file = by_part.get(draft.part)
        if file is None:
            yield Issue(f"{where}.httpPartName", "partMissing", "the request has no part of this name")
            continue
        yield from misnamed(file)
        if draft.sha256 is not None and not hmac.compare_digest(draft.sha256, file.upload.sha256):
            yield Issue(
                f"{where}.digest.digestValue",
                "digestDoesNotMatch",
                "the part's bytes have another SHA-256; was it sent whole?",
            )


def misnamed(file: UploadedFile) -> Iterator[Issue]:
    """What the part says of its file must be what is accepted: the reader is offered it under that name."""
    if len(file.file_name or "") > MAX_FILE_NAME_CHARACTERS:
        yield Issue(file.part, "fileNameTooLong", f"at most {MAX_FILE_NAME_CHARACTERS} characters")
    kind = mediatypes.of_file_name(file.file_name)
    if kind is None:
        yield _no_kind(file)
    if file.media_type is not None and file.media_type.lower() != mediatypes.ANY_BYTES:
        declared = mediatypes.declared(file.media_type)
        if declared is None:
            detail = "the part's Content-Type is not a media type that is accepted"
            yield Issue(file.part, "mediaTypeNotAccepted", detail)
        elif kind not in {None, declared}:
            detail = "the part's Content-Type is not that of a file of this name"
            yield Issue(file.part, "mediaTypeNotAccepted", detail)
    if file.charset is not None and file.charset.lower() not in mediatypes.CHARSETS:
        yield Issue(file.part, "charsetNotAccepted", "send texts in UTF-8")


def _no_kind(file: UploadedFile) -> Issue:
    detail = f"give the part a file name that ends in one of {', '.join(mediatypes.ENDINGS)}"
    return Issue(file.part, "fileNameNotAccepted", detail)


async def inspect(inspector: UploadInspector, files: list[AnnouncedFile]) -> list[InspectionReport]:
    """What each file turned out to be. Raises `InvalidInput` naming the first that is not accepted."""
    reports = []
    for file in files:
        kind = mediatypes.of_file_name(file.file.file_name)
        if kind is None:
            raise InvalidInput(_no_kind(file.file))
        try:
            reports.append(await inspector.inspect(file.file.upload, kind))
        except InspectionRefused as refused:
            detail = REFUSALS[refused.reason]
            raise InvalidInput(Issue(file.file.part, refused.reason, detail)) from refused
    return reports


@asynccontextmanager
async def kept(documents: DocumentStore, files: list[AnnouncedFile]) -> AsyncIterator[list[StoredDocument]]:
    """All the files in the object store, for a block that appends the event which names them.

    Where the block fails they are removed again: a refused publication leaves nothing. But not where the
    event store did not say whether it committed: the event may be there, and then it needs its documents.
    """
    stored = await _keep(documents, files)
    try:
        yield stored
    except (OutcomeUnknown, asyncio.CancelledError):
        raise
    except BaseException:
        await _forget(documents, stored)
        raise


async def _keep(documents: DocumentStore, files: list[AnnouncedFile]) -> list[StoredDocument]:
    stored: list[StoredDocument] = []
    try:
        for file in files:
            stored.append(await documents.put(file.file.upload))  # noqa: PERF401 - what was put before a failure counts
    except BaseException:
        await _forget(documents, stored)
        raise
    return stored


async def _forget(documents: DocumentStore, stored: list[StoredDocument]) -> None:
    for document in stored:
        await documents.delete(document.object_key)


def record_of(file: AnnouncedFile, report: InspectionReport, document: StoredDocument) -> AttachmentRecord:
    """The attachment as the event tells of it."""
    return AttachmentRecord(
        id=new_id(),
        object_key=document.object_key,
        document_key=urlsafe_b64encode(document.document_key).decode().rstrip("="),
        media_type=report.media_type,
        size=document.size,
        sha256=document.sha256.hex(),
        is_main=file.draft.is_main,
        is_signed=file.draft.is_signed,
        file_name=file.file.file_name,
        title=file.draft.title,
    )


def records(
    drafts: list[AttachmentDraft],
    files: Iterable[tuple[AnnouncedFile, InspectionReport, StoredDocument]],
    kept: Kept,
) -> list[AttachmentRecord]:
    """The attachments in the order of the JSON: each is one of the files, or one of the kept documents."""
    by_part = {file.draft.part: record_of(file, report, stored) for file, report, stored in files}
    return [
        carried(draft, kept[draft.document_id]) if draft.document_id is not None else by_part[draft.part]
        for draft in drafts
    ]


def document_key(attachment: AttachmentRecord) -> bytes | None:
    """The key of the attachment's document, or None once its owner has been erased."""
    key = attachment.document_key
    if key is None or key is ERASED:
        return None
    return urlsafe_b64decode(key + "=" * (-len(key) % 4))
