"""A document to keep for many messages, as it is sent and as it is answered."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from pydantic import ValidationError

from api.schemas.answers import Answer
from api.schemas.issues import body_issue
from api.schemas.message_to_publish import DateTime, Digest
from api.schemas.strict_json import parse
from api.schemas.texts import StrictModel
from api.schemas.timestamps import parse_timestamp
from application.documents import UploadedFile
from application.keeping import ROOT, KeepCommand
from domain.errors import InvalidInput, Issue

_canonical = msgspec.json.Encoder(order="sorted")


class DocumentToKeep(StrictModel):
    """What there is to say of the document in `upfile1`; all of it may be left out."""

    keep_until: DateTime | None = None
    digest: Digest | None = None


class KeptDocument(Answer, kw_only=True):
    """The document is kept; messages carry it by this id."""

    document_id: UUID
    keep_until: datetime


def keep_command(json: bytes, file: UploadedFile, key: str | None) -> KeepCommand:
    """The command; `json` is empty where there is nothing to say. Raises `InvalidInput`."""
    document: Any = parse(json, ROOT) if json else {}
    try:
        asked = DocumentToKeep.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InvalidInput(*(body_issue(one, ROOT) for one in found)) from None
    digest = asked.digest
    return KeepCommand(
        file=file,
        keep_until=_moment(asked.keep_until),
        sha256=urlsafe_b64decode(digest.digest_value[:43] + "=") if digest else None,
        canonical=_canonical.encode(document),
        idempotency_key=key,
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidInput(Issue(f"{ROOT}.keepUntil", "schemaViolation", str(error))) from None
