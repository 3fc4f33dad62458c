"""The JSON part of a reply: what a message has, without what follows from the message that is answered."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Annotated, Any

import msgspec
from pydantic import Field, ValidationError

from api.schemas.issues import body_issue
from api.schemas.message_to_publish import Digest
from api.schemas.strict_json import parse
from api.schemas.texts import StrictModel, TranslatedLine, TranslatedProse
from application.documents import UploadedFile
from application.replies import ReplyCommand
from domain.draft import MAX_ATTACHMENTS, ROOT, AttachmentDraft
from domain.errors import InvalidInput
from domain.identifiers import Identifier

_canonical = msgspec.json.Encoder(order="sorted")
_MAX_ISSUES = 50


class ReplyAttachment(StrictModel):
    """A file: the part that carries it, and what it is to the reply."""

    http_part_name: Annotated[str, Field(pattern="^upfile[1-6]$")]
    is_main_content: bool
    is_attachment_signed: bool = False
    attachment_title: TranslatedLine | None = None
    digest: Digest | None = None


class ReplyToPublish(StrictModel):
    """A reply: a subject, and one main content, the body or a file."""

    subject: TranslatedLine
    is_body_main_content: bool = False
    body_content: TranslatedProse | None = None
    attachments: Annotated[list[ReplyAttachment], Field(max_length=MAX_ATTACHMENTS)] | None = None


def parse_reply(data: bytes, files: list[UploadedFile], idempotency_key: str | None) -> ReplyCommand:
    """The command. Raises `InvalidInput`, each issue named by the caller's own path."""
    return read_reply(parse(data, ROOT), files, idempotency_key)


def read_reply(
    document: Any,
    files: list[UploadedFile],
    idempotency_key: str | None,
    recipient: Identifier | None = None,
) -> ReplyCommand:
    """The same, of JSON that has been read already; `recipient` is whom the caller takes it to go to."""
    try:
        reply = ReplyToPublish.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_MAX_ISSUES]
        raise InvalidInput(*(body_issue(one, ROOT) for one in found)) from None
    body = reply.body_content.texts() if reply.body_content else None
    return ReplyCommand(
        subject=reply.subject.texts(),
        body=body or None,
        is_body_main=reply.is_body_main_content,
        attachments=[_attachment(one) for one in reply.attachments or ()],
        files=files,
        canonical=_canonical.encode(document),
        idempotency_key=idempotency_key,
        recipient=recipient,
    )


def _attachment(given: ReplyAttachment) -> AttachmentDraft:
    title = given.attachment_title.texts() if given.attachment_title else None
    return AttachmentDraft(
        part=given.http_part_name,
        is_main=given.is_main_content,
        is_signed=given.is_attachment_signed,
        title=title or None,
        sha256=urlsafe_b64decode(given.digest.digest_value[:43] + "=") if given.digest else None,
    )
