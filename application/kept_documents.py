"""Documents that a sender keeps with us, as its messages carry them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from domain.actors import Actor
from domain.document import Document
from domain.draft import ROOT, AttachmentDraft
from domain.errors import InvalidInput, Issue
from domain.events.document import DocumentKept
from domain.events.message import AttachmentRecord
from domain.ids import new_id
from domain.personal import ERASED
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore

Kept = dict[UUID, DocumentKept]


class KeptDocuments:
    """Finds them in the log."""

    def __init__(self, events: EventStore) -> None:
        self._events = events

    async def named_in(self, actor: Actor, attachments: Iterable[AttachmentDraft]) -> Kept:
        """Those of the actor's own organisation that are still kept, of the ones that these name."""
        wanted = dict.fromkeys(one.document_id for one in attachments if one.document_id is not None)
        found = [await self._find(actor, document_id) for document_id in wanted]
        return {kept.originator_id: kept for kept in found if kept is not None}

    async def _find(self, actor: Actor, document_id: UUID) -> DocumentKept | None:
        try:
            document = await self._events.get(document_id)
        except AggregateNotFound:
            return None
        if not isinstance(document, Document) or document.is_purged:
            return None
        kept = document.kept
        is_readable = kept.document_key is not ERASED
        return kept if kept.organisation == actor.organisation and is_readable else None


def check_kept(attachments: list[AttachmentDraft], kept: Kept, expires_at: datetime) -> None:
    """Raise `InvalidInput` unless each document that is named is there, and for long enough."""
    issues = list(_issues(attachments, kept, expires_at))
    if issues:
        raise InvalidInput(*issues)


def _issues(attachments: list[AttachmentDraft], kept: Kept, expires_at: datetime) -> Iterator[Issue]:
    for index, draft in enumerate(attachments):
        if draft.document_id is None:
            continue
        where = f"{ROOT}.attachments[{index}]"
        document = kept.get(draft.document_id)
        if document is None:
            yield Issue(f"{where}.documentId", "unknown", "you keep no document of this id with us")
            continue
        if document.keep_until < expires_at:
            detail = "the document is not kept for as long as the message is valid"
            yield Issue(f"{where}.documentId", "keptTooShort", detail)
        if draft.sha256 is not None and not hmac.compare_digest(draft.sha256.hex(), str(document.sha256)):
            detail = "the document that is kept has another SHA-256"
            yield Issue(f"{where}.digest.digestValue", "digestDoesNotMatch", detail)


def carried(draft: AttachmentDraft, document: DocumentKept) -> AttachmentRecord:
    """The document as an attachment of one message: the same object, with a name of its own there."""
    return AttachmentRecord(
        id=new_id(),
        object_key=document.object_key,
        document_key=document.document_key,
        media_type=document.media_type,
        size=document.size,
        sha256=document.sha256,
        is_main=draft.is_main,
        is_signed=draft.is_signed,
        file_name=document.file_name,
        title=draft.title,
        document_id=document.originator_id,
    )
