"""A partner organisation keeps a document with us, so that many of its messages can carry it.

As with a publication: everything is judged, then the object is put, then the event is appended, and an
`Idempotency-Key` stands for the document that it first brought.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application import documents as files_of
from application.documents import AnnouncedFile, UploadedFile
from application.parties import Parties
from application.reference import Reference, ReferenceData
from application.repeats import Repeats
from domain import ids
from domain.access import access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Deny, Operation, decide
from domain.document import Document
from domain.draft import AttachmentDraft
from domain.draft_times import MAX_AHEAD, end_of
from domain.errors import InvalidInput, Issue, NotAllowed
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.store import EventStore
from storage.documents import DocumentStore
from storage.inspection import UploadInspector
from telemetry.spans import traced

ROOT: Final = "documentToKeep"
PART: Final = "upfile1"

_AS_SUCH: Final = AttachmentDraft(PART, is_main=True, is_signed=False, title=None, sha256=None)


@dataclass(frozen=True, slots=True, repr=False)
class KeepCommand:
    """What is to be kept, and until when; by default for as long as any of the sender's messages may live.

    `canonical` is the JSON in one fixed spelling, for the fingerprint.
    """

    file: UploadedFile
    keep_until: datetime | None
    sha256: bytes | None
    canonical: bytes
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class KeepResult:
    """What was kept. `is_replayed`: this very request was answered before and nothing was added."""

    document_id: UUID
    keep_until: datetime
    position: int
    is_replayed: bool


class Keeping:
    """The use case of partner organisations."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        documents: DocumentStore,
        inspector: UploadInspector,
        reference: Reference,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._repeats = Repeats(events, parties)
        self._documents = documents
        self._inspector = inspector
        self._reference = reference
        self._clock = clock

    @traced("keep a document")
    async def keep(self, actor: Actor, command: KeepCommand) -> KeepResult:
        """Keep the document, or answer again what was answered to the same `Idempotency-Key`.

        Raises `InvalidInput`, `NotAllowed`, `IdempotencyKeyReused`, `Busy`, `Unavailable`.
        """
        at = self._clock.now()
        decision = decide(actor, None, Operation.KEEP_DOCUMENT, None, None, at)
        if isinstance(decision, Deny) or actor.organisation is None:
            raise NotAllowed("not a partner organisation")
        _check_file(command)
        request = files_of.request_of(command.canonical, [command.file])
        key = command.idempotency_key
        document_id = ids.document_id(actor.organisation, key) if key is not None else ids.new_id()
        if key is not None and (again := await self._answer_again(document_id, request)):
            return again
        keep_until = _keep_until(actor, command, await self._reference.current(), at)
        file = AnnouncedFile(ROOT, _AS_SUCH, command.file)
        [report] = await files_of.inspect(self._inspector, [file])
        fingerprint = await self._parties.fingerprint(actor.party_id, request)
        try:
            async with files_of.kept(self._documents, [file]) as [stored]:
                record = files_of.record_of(file, report, stored)
                document = Document.keep(
                    document_id,
                    party_id=actor.party_id,
                    organisation=actor.organisation,
                    object_key=record.object_key,
                    document_key=str(record.document_key),
                    media_type=record.media_type,
                    size=record.size,
                    sha256=str(record.sha256),
                    file_name=command.file.file_name or "",
                    keep_until=keep_until,
                    fingerprint=fingerprint,
                    access=access_record(actor, decision.basis),
                    at=self._clock.now(),
                )
                position = await self._events.append(*document.new_facts())
        except VersionConflict:
            if again := await self._answer_again(document_id, request):
                return again
            raise
        return KeepResult(document_id, keep_until, position, is_replayed=False)

    async def _answer_again(self, document_id: UUID, request: bytes) -> KeepResult | None:
        try:
            document = await self._events.get(document_id)
        except AggregateNotFound:
            return None
        kept = document.kept
        await self._repeats.require_same(kept, request)
        position = await self._events.latest_position()
        return KeepResult(document_id, kept.keep_until, position, is_replayed=True)


def longest_kept(actor: Actor, reference: ReferenceData, at: datetime) -> datetime:
    """Until when a document may be kept: as long as any message of the sender that could carry it lives.

    A message may be published up to a year ahead of its coming into sight.
    """
    own = (one for one in reference.message_types.values() if actor.organisation in one.senders)
    ends = [end_of(one.validity, at) for one in own]
    return max([at, *ends]) + MAX_AHEAD


def _keep_until(actor: Actor, command: KeepCommand, reference: ReferenceData, at: datetime) -> datetime:
    longest = longest_kept(actor, reference, at)
    asked = command.keep_until
    if asked is None:
        return longest
    if asked <= at:
        raise InvalidInput(Issue(f"{ROOT}.keepUntil", "inThePast", "give a moment that lies ahead"))
    if asked > longest:
        detail = "longer than any message lives that could carry it"
        raise InvalidInput(Issue(f"{ROOT}.keepUntil", "tooFarAhead", detail))
    return asked


def _check_file(command: KeepCommand) -> None:
    issues = list(_issues(command))
    if issues:
        raise InvalidInput(*issues)


def _issues(command: KeepCommand) -> Iterator[Issue]:
    yield from files_of.misnamed(command.file)
    if command.sha256 is not None and not hmac.compare_digest(command.sha256, command.file.upload.sha256):
        detail = "the part's bytes have another SHA-256; was it sent whole?"
        yield Issue(f"{ROOT}.digest.digestValue", "digestDoesNotMatch", detail)
