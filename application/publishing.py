"""A partner organisation publishes a message into a mailbox.

The order is what makes it safe: judge everything → put the documents → append the event → answer. An
acknowledged publication has its documents and its event, both synced. A refused one leaves nothing: what was
put is removed again. Only when the event store did not say whether it committed, nothing is deleted: the
event may be there and needs its documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application import documents as files_of
from application import drafts
from application.accepted import Accepted
from application.composing import compose
from application.documents import UploadedFile
from application.judging import judge
from application.kept_documents import KeptDocuments, check_kept
from application.originals import check_original
from application.parties import Parties
from application.placement import Placement
from application.recipients import refused_recipient
from application.reference import Reference
from application.repeats import Repeats
from domain import ids
from domain.access import access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.draft import MessageDraft
from domain.errors import InvalidInput
from domain.reference import MessageType
from domain.register import PartyRegister
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from storage.documents import DocumentStore
from storage.inspection import UploadInspector
from telemetry.spans import traced


@dataclass(frozen=True, slots=True, repr=False)
class PublishCommand:
    """What is to be published. `canonical` is the JSON in one fixed spelling, for the fingerprint."""

    draft: MessageDraft
    files: list[UploadedFile]
    canonical: bytes
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What was published. `is_replayed`: this very request was answered before and nothing was added.

    `position`: from there on everything that reads the log knows of it.
    """

    accepted: Accepted
    expires_at: datetime
    recipient_activated: bool
    position: int
    is_replayed: bool

    @property
    def message_id(self) -> UUID:
        """The message of the first recipient, which names the publication."""
        return self.accepted.message_id


class Publishing:
    """The use case of partner organisations."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        documents: DocumentStore,
        inspector: UploadInspector,
        reference: Reference,
        register: PartyRegister,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._placement = Placement(events, parties)
        self._repeats = Repeats(events, parties)
        self._documents = documents
        self._inspector = inspector
        self._reference = reference
        self._register = register
        self._kept_documents = KeptDocuments(events)
        self._clock = clock

    @traced("publish")
    async def publish(self, actor: Actor, command: PublishCommand) -> PublishResult:
        """Publish, or answer again what was answered to the same `Idempotency-Key`.

        Raises `InvalidInput`, `NotAllowed`, `IdempotencyKeyReused`, `Gone`, `Busy`, `Unavailable`.
        """
        draft, request = command.draft, files_of.request_of(command.canonical, command.files)
        judged_at = self._clock.now()
        files = files_of.match_files(draft.attachments, command.files)
        drafts.check(draft)
        publication_id = _publication_id(actor, command)
        if command.idempotency_key is not None and (
            again := await self._answer_again(publication_id, request)
        ):
            return again
        party = await self._parties.find(draft.recipient)
        judgement = judge(actor, draft, await self._reference.current(), party, judged_at)
        await self._check_recipient(draft, judgement.message_type)
        await check_original(self._events, actor, draft.original_message)
        kept = await self._kept_documents.named_in(actor, draft.attachments)
        check_kept(draft.attachments, kept, judgement.expires_at)
        reports = await files_of.inspect(self._inspector, files)
        party = party or await self._parties.find_or_create(draft.recipient)
        fingerprint = await self._parties.fingerprint(party.party_id, request)
        try:
            async with files_of.kept(self._documents, files) as stored:
                records = files_of.records(draft.attachments, zip(files, reports, stored, strict=True), kept)
                at = self._clock.now()
                access = access_record(actor, judgement.basis)
                publication = compose(
                    actor, draft, judgement, publication_id, party, records, fingerprint, access, at
                )
                accepted, position = await self._placement.put(publication, draft.recipient, party, at)
        except VersionConflict:
            if again := await self._answer_again(publication_id, request):
                return again
            raise
        return PublishResult(accepted, judgement.expires_at, party.is_activated, position, is_replayed=False)

    async def _check_recipient(self, draft: MessageDraft, message_type: MessageType) -> None:
        finding = await self._register.check(draft.recipient)
        issue = refused_recipient(finding, draft.recipient, message_type)
        if issue is not None:
            raise InvalidInput(issue)

    async def _answer_again(self, publication_id: UUID, request: bytes) -> PublishResult | None:
        """The answer that this key got before, or None if it never came before."""
        published = await self._repeats.published(publication_id, request)
        if published is None:
            return None
        return PublishResult(
            await self._repeats.accepted(published),
            published.expires_at,
            published.recipient_activated,
            await self._events.latest_position(),
            is_replayed=True,
        )


def _publication_id(actor: Actor, command: PublishCommand) -> UUID:
    if command.idempotency_key is None:
        return ids.new_id()
    return ids.publication_id(actor.organisation or "", command.draft.application, command.idempotency_key)
