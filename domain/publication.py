"""What a partner organisation publishes, checked and complete: the facts of `message.published`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.message import Addressee, AttachmentRecord, BusinessDatum


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Publication:
    """The facts of a publication to one mailbox. `domain/events/message.py` says what each field means."""

    publication_id: UUID
    mailbox_id: UUID
    party_id: UUID
    fingerprint: str
    sender_organisation: str
    sender_application: str
    message_type: str
    subject: dict[str, str]
    body: dict[str, str] | None
    is_body_main: bool
    business_data: list[BusinessDatum] | None
    attention_of: Addressee | None
    non_sensitive_title: dict[str, str] | None
    attachments: list[AttachmentRecord]
    recipient_activated: bool
    visible_from: datetime
    expires_at: datetime
    access: AccessRecord
    sender_partition: str | None = None
    on_behalf_of: str | None = None
    language: str | None = None
    payment: dict[str, str] | None = None
    recipient_partition: str | None = None
    reply_authorised: bool = False
    original_message: UUID | None = None
    registered: bool = False
    confirmation_needed: bool = False
    due_at: datetime | None = None
    sender_kind: str = "enterprise"
    sender_number: str | None = None
