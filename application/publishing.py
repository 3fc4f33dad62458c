"""A partner organisation publishes a message into a mailbox.

The order is what makes it safe: judge everything → put the documents → append the event → answer. An
acknowledged publication has its documents and its event, both synced. A refused one leaves nothing: what was
put is removed again. Only when the event store did not say whether it committed, nothing is deleted: the
event may be there and needs its documents.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application import documents as files_of
from application.documents import UploadedFile
from application.parties import Parties, mailbox_of
from application.reference import Reference
from domain import ids
from domain.access import Basis, access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Deny, Operation, Subject, decide
from domain.draft import ROOT, MessageDraft, check_draft, expiry, visible_from
from domain.errors import (
    Gone,
    IdempotencyKeyReused,
    InvalidInput,
    Issue,
    NotAllowed,
    OutcomeUnknown,
    Retryable,
)
from domain.events.mailbox import CreatedBecause, OwnerKind
from domain.events.message import AttachmentRecord
from domain.identifiers import IdentifierScheme
from domain.mailbox import Mailbox
from domain.message import Message
from domain.publication import Publication
from domain.reference import MessageType
from eventstore.errors import AggregateNotFound, KeyMissing, VersionConflict
from eventstore.parties import Party
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
    """What was published. `is_replayed`: this very request was answered before and nothing was added."""

    message_id: UUID
    expires_at: datetime
    recipient_activated: bool
    position: int
    is_replayed: bool


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
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._documents = documents
        self._inspector = inspector
        self._reference = reference
        self._clock = clock

    @traced("publish")
    async def publish(self, actor: Actor, command: PublishCommand) -> PublishResult:
        """Publish, or answer again what was answered to the same `Idempotency-Key`.

        Raises `InvalidInput`, `NotAllowed`, `IdempotencyKeyReused`, `Gone`, `Busy`, `Unavailable`.
        """
        judged_at = self._clock.now()
        files = files_of.match_files(command.draft.attachments, command.files)
        check_draft(command.draft)
        publication_id = _publication_id(actor, command)
        if command.idempotency_key is not None and (
            again := await self._answer_again(publication_id, command)
        ):
            return again
        message_type = await self._message_type(actor, command.draft)
        party = await self._parties.find(command.draft.recipient)
        basis = _decide(actor, command.draft, message_type, party, judged_at)
        expires_at = expiry(command.draft, message_type.validity, visible_from(command.draft, judged_at))
        reports = await files_of.inspect(self._inspector, files)
        party = party or await self._parties.find_or_create(command.draft.recipient)
        fingerprint = await self._parties.fingerprint(party.party_id, _request(command))
        stored = await files_of.keep(self._documents, files)
        published_at = self._clock.now()
        try:
            attachments = [files_of.record_of(*one) for one in zip(files, reports, stored, strict=True)]
            publication = _publication(
                actor,
                command.draft,
                publication_id,
                party,
                basis,
                fingerprint,
                attachments,
                published_at,
                expires_at,
            )
            position = await self._append(publication, party, command.draft, published_at)
        except VersionConflict:
            await files_of.forget(self._documents, stored)
            if again := await self._answer_again(publication_id, command):
                return again
            raise
        except (OutcomeUnknown, asyncio.CancelledError):
            raise  # the event may be there, and then it needs its documents
        except BaseException:
            await files_of.forget(self._documents, stored)
            raise
        if not party.mailbox_recorded:
            with suppress(Retryable):  # a hint that saves the next publication a look; that one would mend it
                await self._parties.mailbox_recorded(party.party_id)
        return PublishResult(publication_id, expires_at, party.is_activated, position, is_replayed=False)

    async def _message_type(self, actor: Actor, draft: MessageDraft) -> MessageType:
        reference = await self._reference.current()
        issues = []
        if draft.message_type not in reference.message_types:
            issues.append(Issue(f"{ROOT}.messageTypeId", "unknown", "no message type has this id"))
        application = reference.applications.get(draft.application)
        if application is None or application.organisation != actor.organisation:
            detail = "none of your applications has this id"
            issues.append(Issue(f"{ROOT}.senderApplicationId", "unknown", detail))
        if issues:
            raise InvalidInput(*issues)
        return reference.message_types[draft.message_type]

    async def _append(self, publication: Publication, party: Party, draft: MessageDraft, at: datetime) -> int:
        """The position. The first publication to a party brings `mailbox.created` along; two may both try."""
        facts = Message.publish(publication.publication_id, publication, at).new_facts()
        if party.mailbox_recorded:
            return await self._events.append(*facts)
        mailbox_id = publication.mailbox_id
        because = CreatedBecause.PUBLISHED_TO
        mailbox = Mailbox.create(mailbox_id, party.party_id, draft.recipient, because, at)
        try:
            return await self._events.append(*mailbox.new_facts(), *facts)
        except VersionConflict as conflict:
            if conflict.stream != mailbox_id:
                raise
            return await self._events.append(*facts)

    async def _answer_again(self, publication_id: UUID, command: PublishCommand) -> PublishResult | None:
        """The answer that this key got before, or None if it never came before."""
        try:
            earlier = await self._events.get(publication_id)
        except AggregateNotFound:
            return None
        published = earlier.published
        try:
            fingerprint = await self._parties.fingerprint(published.party_id, _request(command))
        except KeyMissing as erased:
            raise Gone("the recipient of that publication has been erased") from erased
        if fingerprint != published.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key came before with another request")
        return PublishResult(
            published.originator_id,
            published.expires_at,
            published.recipient_activated,
            await self._events.latest_position(),
            is_replayed=True,
        )


def _publication(
    actor: Actor,
    draft: MessageDraft,
    publication_id: UUID,
    party: Party,
    basis: Basis,
    fingerprint: str,
    attachments: list[AttachmentRecord],
    at: datetime,
    expires_at: datetime,
) -> Publication:
    return Publication(
        publication_id=publication_id,
        mailbox_id=mailbox_of(party),
        party_id=party.party_id,
        fingerprint=fingerprint,
        sender_organisation=actor.organisation or "",
        sender_application=draft.application,
        message_type=draft.message_type,
        language=next(iter(draft.subject)),
        subject=draft.subject,
        body=draft.body,
        is_body_main=draft.is_body_main,
        business_data=draft.business_data or None,
        attention_of=draft.attention_of,
        non_sensitive_title=draft.non_sensitive_title,
        attachments=attachments,
        recipient_activated=party.is_activated,
        visible_from=visible_from(draft, at),
        expires_at=expires_at,
        access=access_record(actor, basis),
    )


def _decide(
    actor: Actor, draft: MessageDraft, message_type: MessageType, party: Party | None, at: datetime
) -> Basis:
    if draft.sender is not None and draft.sender != actor.organisation:
        issue = Issue(f"{ROOT}.sender.enterpriseNumber", "notYourOwn", "publish for your own organisation")
        raise NotAllowed("not the sender's own organisation", issue)
    is_person = draft.recipient.scheme is IdentifierScheme.SSIN
    kind = OwnerKind.CITIZEN if is_person else OwnerKind.ENTERPRISE
    subject = Subject(party.party_id, party.mailbox_id, kind) if party else Subject(None, None, kind)
    decision = decide(actor, subject, Operation.PUBLISH, message_type, None, at)
    if isinstance(decision, Deny):
        raise NotAllowed(decision.reason, Issue(f"{ROOT}.messageTypeId", "notAllowed", decision.reason))
    return decision.basis


def _publication_id(actor: Actor, command: PublishCommand) -> UUID:
    if command.idempotency_key is None:
        return ids.new_id()
    return ids.publication_id(actor.organisation or "", command.draft.application, command.idempotency_key)


def _request(command: PublishCommand) -> bytes:
    """What makes two requests the same: their JSON, and each part's name and bytes."""
    digests = sorted(f"{file.part}={file.upload.sha256.hex()}" for file in command.files)
    return b"\0".join([command.canonical, *(digest.encode() for digest in digests)])
