"""Whoever reads a message replies to it, where its sender takes replies.

The reply is a publication of its own, into the mailbox of the organisation that sent the message, of the same
application and message type. One append puts it there and says so in the message's stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application import documents as files_of
from application.authority import Authority, Permission
from application.documents import UploadedFile
from application.mailbox_messages import MailboxMessages
from application.parties import Parties, mailbox_of
from application.placement import Placement
from application.reference import Reference, ReferenceData
from application.repeats import Repeats
from domain import ids
from domain.access import access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.draft import ROOT, AttachmentDraft, MessageDraft
from domain.draft_rules import check_draft
from domain.draft_times import expiry
from domain.errors import Conflict, Gone, InvalidInput, Issue, NotFound
from domain.events.access import AccessRecord
from domain.events.message import AttachmentRecord
from domain.identifiers import EnterpriseNumber, Identifier, IdentifierScheme
from domain.message import Message
from domain.publication import Publication
from domain.routing import partition_for
from eventstore.errors import VersionConflict
from eventstore.parties import Party
from eventstore.store import EventStore
from storage.documents import DocumentStore
from storage.inspection import UploadInspector
from telemetry.spans import traced

ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class ReplyCommand:
    """What is to be replied. `canonical` is its JSON in one fixed spelling, for the fingerprint.

    `recipient`: whom its sender takes it to go to, where they said so.
    """

    subject: dict[str, str]
    body: dict[str, str] | None
    is_body_main: bool
    attachments: list[AttachmentDraft]
    files: list[UploadedFile]
    canonical: bytes
    idempotency_key: str | None = None
    recipient: Identifier | None = None


@dataclass(frozen=True, slots=True)
class ReplyResult:
    """The reply, as its sender knows it. `is_replayed`: it was sent before, and nothing was added."""

    message_id: UUID
    expires_at: datetime
    position: int
    is_replayed: bool


@dataclass(frozen=True, slots=True, repr=False)
class _Place:
    """Where a reply goes, and the request that it comes of."""

    reply_id: UUID
    recipient: Party
    partition: str | None
    fingerprint: str


class Replies:
    """The use case of a reader who answers."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        documents: DocumentStore,
        inspector: UploadInspector,
        reference: Reference,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._parties = parties
        self._messages = MailboxMessages(events)
        self._placement = Placement(events, parties)
        self._repeats = Repeats(events, parties)
        self._documents = documents
        self._inspector = inspector
        self._reference = reference
        self._clock = clock

    @traced("reply")
    async def reply(
        self, actor: Actor, publication_id: UUID, command: ReplyCommand, *, mailbox: UUID | None = None
    ) -> ReplyResult:
        """Reply to a message of the actor's mailbox, or answer a repeat of the same `Idempotency-Key`.

        Raises `NotFound`, `Gone` once it was recalled, `Conflict` where its sender takes no replies,
        `InvalidInput`, `LimitReached`, `IdempotencyKeyReused`, `Busy`, `Unavailable`.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.REPLY, at, mailbox)
        message = await self._message(permission, publication_id)
        permission = permission.within(message.published.recipient_partition)
        reply_id = ids.reply_id(message.id, command.idempotency_key) if command.idempotency_key else None
        if reply_id is not None and (again := await self._answer_again(reply_id, command)):
            return again
        draft = _draft(message, command)
        _check_recipient(draft, command)
        files = files_of.match_files(draft.attachments, command.files)
        check_draft(draft)
        reference = await self._reference.current()
        expires_at = expiry(draft, reference.message_types[draft.message_type].validity, at)
        reports = await files_of.inspect(self._inspector, files)
        recipient = await self._parties.find_or_create(draft.recipient)
        fingerprint = await self._parties.fingerprint(
            recipient.party_id, files_of.request_of(command.canonical, command.files)
        )
        try:
            async with files_of.kept(self._documents, files) as stored:
                attachments = [files_of.record_of(*one) for one in zip(files, reports, stored, strict=True)]
                publication = _publication(
                    draft,
                    _Place(reply_id or ids.new_id(), recipient, _partition(message, reference), fingerprint),
                    await self._replier(permission),
                    message,
                    attachments,
                    (at, expires_at),
                    access_record(actor, permission.basis),
                )
                position = await self._put(actor, permission, message, publication, draft, recipient)
        except VersionConflict:
            if reply_id is not None and (again := await self._answer_again(reply_id, command)):
                return again
            raise
        return ReplyResult(publication.publication_id, expires_at, position, is_replayed=False)

    async def _put(
        self,
        actor: Actor,
        permission: Permission,
        message: Message,
        publication: Publication,
        draft: MessageDraft,
        recipient: Party,
    ) -> int:
        """Append the reply and the fact that there is one; again after another event of the message."""
        for attempt in range(1, ATTEMPTS + 1):
            at = self._clock.now()
            message.reply(publication.publication_id, access_record(actor, permission.basis), at)
            try:
                _, position = await self._placement.put(
                    publication, draft.recipient, recipient, at, *message.new_facts()
                )
            except VersionConflict as conflict:
                if conflict.stream != message.id or attempt == ATTEMPTS:
                    raise
                message = await self._message(permission, publication.original_message)
            else:
                return position
        raise AssertionError("the last attempt returns or raises")

    async def _message(self, permission: Permission, publication_id: UUID | None) -> Message:
        if publication_id is None:
            raise NotFound("message")
        message = await self._messages.load(permission, publication_id)
        if message.is_recalled:
            raise Gone("recalled by its sender")
        if not message.published.reply_authorised:
            raise Conflict("this message takes no replies")
        return message

    async def _replier(self, permission: Permission) -> Identifier:
        """Who replies: the mailbox's owner, whose number the recipient is to know."""
        owner = await self._parties.by_mailbox(permission.mailbox_id)
        number = await self._parties.identifier_of(owner.party_id) if owner else None
        if number is None:
            raise Gone("mailbox")
        return number

    async def _answer_again(self, reply_id: UUID, command: ReplyCommand) -> ReplyResult | None:
        published = await self._repeats.published(
            reply_id, files_of.request_of(command.canonical, command.files)
        )
        if published is None:
            return None
        position = await self._events.latest_position()
        return ReplyResult(published.publication_id, published.expires_at, position, is_replayed=True)


def _check_recipient(draft: MessageDraft, command: ReplyCommand) -> None:
    if command.recipient not in {None, draft.recipient}:
        detail = "a reply goes to the organisation that sent the message"
        raise InvalidInput(Issue(f"{ROOT}.recipient.enterpriseNumber", "notTheSender", detail))


def _draft(message: Message, command: ReplyCommand) -> MessageDraft:
    published = message.published
    return MessageDraft(
        recipient=EnterpriseNumber(published.sender_organisation),
        subject=command.subject,
        message_type=published.message_type,
        application=published.sender_application,
        attachments=command.attachments,
        is_body_main=command.is_body_main,
        body=command.body,
    )


def _publication(
    draft: MessageDraft,
    place: _Place,
    replier: Identifier,
    message: Message,
    attachments: list[AttachmentRecord],
    period: tuple[datetime, datetime],
    access: AccessRecord,
) -> Publication:
    is_citizen = replier.scheme is IdentifierScheme.SSIN
    return Publication(
        publication_id=place.reply_id,
        mailbox_id=mailbox_of(place.recipient),
        party_id=place.recipient.party_id,
        recipient_activated=place.recipient.is_activated,
        recipient_partition=place.partition,
        fingerprint=place.fingerprint,
        sender_organisation="" if is_citizen else replier.number,
        sender_kind="citizen" if is_citizen else "enterprise",
        sender_application=draft.application,
        message_type=draft.message_type,
        language=next(iter(draft.subject)),
        subject=draft.subject,
        body=draft.body,
        is_body_main=draft.is_body_main,
        business_data=None,
        attention_of=None,
        non_sensitive_title=None,
        attachments=attachments,
        original_message=message.published.publication_id,
        visible_from=period[0],
        expires_at=period[1],
        access=access,
    )


def _partition(message: Message, reference: ReferenceData) -> str | None:
    """Where in the sender's mailbox: the partition that the message was sent from, or by the rules."""
    published = message.published
    enterprise = reference.enterprises.get(published.sender_organisation)
    if enterprise is None:
        return None
    if published.sender_partition in {one.id for one in enterprise.partitions}:
        return published.sender_partition
    return partition_for(enterprise, published.message_type, "", published.sender_application, None)
