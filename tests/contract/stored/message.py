"""Events of a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.events import Event
from domain.events.message import (
    Addressee,
    AttachmentRecord,
    BusinessDatum,
    DocumentsPurged,
    ExpiryAnnounced,
    MessageArchived,
    MessageConfirmed,
    MessageExpired,
    MessageHidden,
    MessageOpened,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    MessageReplied,
    MessageShown,
    MessageUnarchived,
    MessageWithdrawn,
    ReminderDue,
)
from tests.contract.stored.common import ACCESS, AT, EVENT, LATER, MAILBOX, OTHER, PARTY, STREAM, event, first

_PUBLISHED: Any = first(
    MessagePublished,
    "message",
    publication_id=STREAM,
    mailbox_id=MAILBOX,
    party_id=PARTY,
    fingerprint="f0" * 32,
    sender_organisation="0316380841",
    sender_application="taxes",
    sender_partition=None,
    on_behalf_of="0244142664",
    message_type="assessment",
    language="nl",
    subject={"nl": "Aanslagbiljet", "fr": "Avertissement-extrait de rôle"},
    body={"nl": "Beste"},
    is_body_main=False,
    business_data=[BusinessDatum("year", {"nl": "Jaar"}, [{"nl": "2025"}, {"fr": "2025"}])],
    payment={"reference": "+++090/9337/55493+++", "amount": "12.50"},
    attention_of=Addressee(None, "Boekhouding"),
    non_sensitive_title={"nl": "Een document"},
    attachments=[
        AttachmentRecord(
            id=OTHER,
            object_key="0190/a0.bin",
            document_key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            media_type="application/pdf",
            size=100_000,
            sha256="ab" * 32,
            is_main=True,
            is_signed=False,
            file_name="aanslag één.pdf",
            title={"nl": "Aanslag"},
        ),
        AttachmentRecord(
            id=EVENT,
            object_key="0190/a1.bin",
            document_key="HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            media_type="application/pdf",
            size=1,
            sha256="cd" * 32,
            is_main=False,
            is_signed=True,
            file_name="uitleg.pdf",
            title=None,
        ),
    ],
    recipient_partition=None,
    recipient_activated=True,
    reply_authorised=False,
    original_message=None,
    registered=False,
    confirmation_needed=False,
    visible_from=AT,
    due_at=None,
    expires_at=LATER,
    access=ACCESS,
    sender_kind="enterprise",
    sender_number="85073003328",
)

EXPECTED: dict[str, Event] = {
    "message.published.v1": replace(_PUBLISHED, sender_number=None),
    "message.published.v2": replace(
        _PUBLISHED,
        sender_organisation="",
        sender_kind="citizen",
        attachments=[replace(one, document_id=MAILBOX) for one in _PUBLISHED.attachments],
    ),
    "message.opened.v1": event(MessageOpened, access_id=OTHER),
    "message.released.v1": event(MessageReleased, mailbox_id=MAILBOX),
    "message.hidden.v1": event(MessageHidden, mailbox_id=MAILBOX, access=ACCESS),
    "message.shown.v1": event(MessageShown, mailbox_id=MAILBOX, access=ACCESS),
    "message.archived.v1": event(MessageArchived, mailbox_id=MAILBOX, access=ACCESS),
    "message.unarchived.v1": event(MessageUnarchived, mailbox_id=MAILBOX, access=ACCESS),
    "message.reminder_due.v1": event(ReminderDue, mailbox_id=MAILBOX),
    "message.expiry_announced.v1": event(ExpiryAnnounced, mailbox_id=MAILBOX),
    "message.expired.v1": event(MessageExpired, mailbox_id=MAILBOX),
    "message.documents_purged.v1": event(DocumentsPurged, mailbox_id=MAILBOX),
    "message.withdrawn.v1": event(
        MessageWithdrawn, mailbox_id=MAILBOX, party_id=PARTY, reason="verkeerd bedrag", access=ACCESS
    ),
    "message.recalled.v1": event(
        MessageRecalled, mailbox_id=MAILBOX, party_id=PARTY, reason="verkeerde persoon", access=ACCESS
    ),
    "message.confirmed.v1": event(MessageConfirmed, mailbox_id=MAILBOX, access_id=OTHER),
    "message.replied.v1": event(MessageReplied, mailbox_id=MAILBOX, reply_id=OTHER, access=ACCESS),
}
