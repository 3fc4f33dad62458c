"""What happens to a message, from its publication on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import Event, FirstEvent, recorded_as
from domain.personal import Personal


@dataclass(frozen=True, slots=True, repr=False)
class Addressee:
    """For the attention of: somebody at the recipient's, by number or by label."""

    ssin: str | None
    label: str | None


@dataclass(frozen=True, slots=True, repr=False)
class BusinessDatum:
    """What the sender wants to be found and sorted by; each value is a text by language."""

    key: str
    name: dict[str, str] | None
    values: list[dict[str, str]]


@dataclass(frozen=True, slots=True, repr=False)
class AttachmentRecord:
    """One file of a message: where it lies, under which key, and what it is.

    `size` in bytes; `sha256` in lower-case hex, of the readable document; `document_key` in base64url without
    padding. `document_id`: the kept document that it is, None where it came with its message.
    """

    id: UUID
    object_key: str
    document_key: Personal[str]
    media_type: str
    size: int
    sha256: Personal[str]
    is_main: bool
    is_signed: bool
    file_name: Personal[str]
    title: Personal[dict[str, str]]
    document_id: UUID | None = None


@recorded_as("message.published")
class MessagePublished(FirstEvent):
    """A partner organisation published; the message is in the recipient's mailbox.

    `fingerprint` is an HMAC of the canonical request under the party's key: a repeat of an `Idempotency-Key`
    is compared with it. Texts have their language as key. `sender_organisation` is an enterprise number,
    empty where a citizen replied: then `sender_kind` is `citizen`, and who acted says whose reply it is,
    sealed under their own key. `sender_number` is None since: it said so under the reader's key, which
    outlives theirs. `recipient_activated`: whether the owner had a mailbox in use at that moment. It is in
    sight from `visible_from` until `expires_at`.

    Version 2 added `sender_kind`, `sender_number` and, in attachments, `document_id`.
    """

    class_version: ClassVar[int] = 2

    publication_id: UUID
    mailbox_id: UUID
    party_id: UUID
    fingerprint: str
    sender_organisation: str
    sender_application: str
    sender_partition: str | None
    on_behalf_of: str | None
    message_type: str
    language: str | None
    subject: Personal[dict[str, str]]
    body: Personal[dict[str, str]]
    is_body_main: bool
    business_data: Personal[list[BusinessDatum]]
    payment: Personal[dict[str, str]]
    attention_of: Personal[Addressee]
    non_sensitive_title: Personal[dict[str, str]]
    attachments: list[AttachmentRecord]
    recipient_partition: str | None
    recipient_activated: bool
    reply_authorised: bool
    original_message: UUID | None
    registered: bool
    confirmation_needed: bool
    visible_from: datetime
    due_at: datetime | None
    expires_at: datetime
    access: AccessRecord
    sender_kind: str
    sender_number: Personal[str]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Only organisations sent, and every document came with its message."""
        state["sender_kind"], state["sender_number"] = "enterprise", None


@recorded_as("message.opened")
class MessageOpened(Event):
    """Bytes of the main content left for the first time, by that access."""

    access_id: UUID


@recorded_as("message.released")
class MessageReleased(Event):
    """Its requested publish time has come: from now on it is in the mailbox for its owner to see."""

    mailbox_id: UUID


@recorded_as("message.hidden")
class MessageHidden(Event):
    """Its owner took it out of sight. It can be shown again."""

    mailbox_id: UUID
    access: AccessRecord


@recorded_as("message.shown")
class MessageShown(Event):
    """Its owner brought a hidden message back into sight."""

    mailbox_id: UUID
    access: AccessRecord


@recorded_as("message.archived")
class MessageArchived(Event):
    """Its owner put it aside."""

    mailbox_id: UUID
    access: AccessRecord


@recorded_as("message.unarchived")
class MessageUnarchived(Event):
    """Its owner took it back from what was put aside."""

    mailbox_id: UUID
    access: AccessRecord


@recorded_as("message.reminder_due")
class ReminderDue(Event):
    """It has not been opened for as long as it takes before its owner is reminded."""

    mailbox_id: UUID


@recorded_as("message.expiry_announced")
class ExpiryAnnounced(Event):
    """It will expire soon, and has not been opened: its owner is to be warned."""

    mailbox_id: UUID


@recorded_as("message.expired")
class MessageExpired(Event):
    """Its validity is over: nobody reads it any more."""

    mailbox_id: UUID


@recorded_as("message.documents_purged")
class DocumentsPurged(Event):
    """Its documents were removed from the object store."""

    mailbox_id: UUID


@recorded_as("message.withdrawn")
class MessageWithdrawn(Event):
    """Its sender took it back before it was opened: it is as if it had never been in the mailbox."""

    mailbox_id: UUID
    party_id: UUID
    reason: Personal[str]
    access: AccessRecord


@recorded_as("message.recalled")
class MessageRecalled(Event):
    """Its sender says that it went to the wrong mailbox: what it held is withheld, and its reader told."""

    mailbox_id: UUID
    party_id: UUID
    reason: Personal[str]
    access: AccessRecord


@recorded_as("message.confirmed")
class MessageConfirmed(Event):
    """Its owner confirmed that they have taken note of it, by that access."""

    mailbox_id: UUID
    access_id: UUID


@recorded_as("message.replied")
class MessageReplied(Event):
    """Its owner replied; the reply is a publication of its own."""

    mailbox_id: UUID
    reply_id: UUID
    access: AccessRecord
