"""One event of every topic in each of its versions, exactly as its stored sample must read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.events import Event
from domain.events.access import (
    AccessDenied,
    AccessRecord,
    AccessRecorded,
    BasisRecord,
    CallerRecord,
    What,
)
from domain.events.audit import AuditReplayed, Look, LookedAt
from domain.events.mailbox import (
    CreatedBecause,
    EmailEntered,
    EmailRejected,
    EmailVerified,
    Frequency,
    MailboxActivated,
    MailboxCreated,
    OwnerErased,
    OwnerKind,
    PreferencesChanged,
    QuietHours,
)
from domain.events.message import (
    Addressee,
    AttachmentRecord,
    BusinessDatum,
    DocumentsPurged,
    ExpiryAnnounced,
    MessageArchived,
    MessageExpired,
    MessageHidden,
    MessageOpened,
    MessagePublished,
    MessageReleased,
    MessageShown,
    MessageUnarchived,
    ReminderDue,
)
from domain.events.notification import (
    Channel,
    NotificationBounced,
    NotificationCancelled,
    NotificationDelayed,
    NotificationFailed,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
    NotificationSummarised,
)
from domain.events.reference import (
    ApplicationChanged,
    ApplicationRegistered,
    AuditGrant,
    AuditorChanged,
    AuditorRegistered,
    AuditorSuspended,
    ClientRecord,
    MessageTypeChanged,
    MessageTypeRegistered,
    SenderChanged,
    SenderRegistered,
    SenderSuspended,
    SiteChanged,
    SiteRegistered,
    SiteSuspended,
    Validity,
)
from domain.identifiers import IdentifierScheme

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LATER = datetime(2026, 2, 3, 0, 0, 0, 0, tzinfo=UTC)
STREAM = UUID("0190a000-0000-7000-8000-000000000001")
EVENT = UUID("0190a000-0000-7000-8000-0000000000e1")
MAILBOX = UUID("7d7d7d7d-0000-4000-8000-00000000b0c5")
PARTY = UUID("11111111-2222-4333-8444-555555555555")
ACTOR = UUID("99999999-8888-4777-8666-555555555555")
OTHER = UUID("0190a000-0000-7000-8000-0000000000aa")

PARTY_KEYS = {PARTY: bytes(range(32)), ACTOR: bytes(range(32, 64))}

_ACCESS = AccessRecord(
    actor_party=ACTOR,
    actor="85073003328",
    actor_kind="citizen",
    site="portal",
    digital_key="eid",
    assurance_level="high",
    basis=BasisRecord("self", OTHER, 1),
    token_sha256="5e" * 32,
    request_id=OTHER,
)
_NAME = {"nl": "Financiën", "fr": "Finances", "de": "Finanzen", "en": "Finance"}
_CLIENT = ClientRecord(
    client_id="finance-publisher",
    keys=[{"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "kid": "2026-1"}],
    redirect_uris=["https://finance.example/return"],
)
_GRANT = AuditGrant(case="2026/17", purpose="complaint", subjects=[str(MAILBOX)], start=AT, end=None)
_MESSAGE_TYPE: dict[str, Any] = {
    "message_type_id": "assessment",
    "name": _NAME,
    "description": {"nl": "Aanslagbiljet"},
    "validity": Validity(years=10, days=5),
    "recipients": ["citizen", "enterprise"],
    "senders": ["0316380841"],
    "discreet": False,
}
_NOTIFIED: dict[str, Any] = {"mailbox_id": MAILBOX, "message_id": OTHER}


def _event(event_class: type[Event], version: int = 2, **fields: Any) -> Event:
    common: dict[str, Any] = {"originator_id": STREAM, "originator_version": version, "event_id": EVENT}
    return event_class(timestamp=AT, **common, **fields)


def _first(event_class: type[Event], aggregate: str, **fields: Any) -> Event:
    return _event(event_class, 1, originator_topic=aggregate, **fields)


EXPECTED: dict[str, Event] = {
    "access.recorded.v1": _first(
        AccessRecorded,
        "access",
        mailbox_id=MAILBOX,
        what=What.ATTACHMENT,
        publication_id=OTHER,
        attachment_id=OTHER,
        access=_ACCESS,
    ),
    "access_denied.recorded.v1": _first(
        AccessDenied,
        "access_denied",
        mailbox_id=MAILBOX,
        operation="read",
        reason="not the owner",
        unrecorded=3,
        caller=CallerRecord(
            actor_party=ACTOR,
            actor="85073003328",
            actor_kind="citizen",
            site="portal",
            digital_key="eid",
            assurance_level="high",
            token_sha256="5e" * 32,
            request_id=OTHER,
        ),
    ),
    "audit.replayed.v1": _first(
        AuditReplayed,
        "audit",
        look=Look.ACCESS_HISTORY,
        mailbox_id=None,
        case="2026/17",
        purpose="complaint",
        asked=LookedAt(site="demo-site", start=AT, before=17),
        access=_ACCESS,
    ),
    "mailbox.created.v1": _first(
        MailboxCreated,
        "mailbox",
        party_id=PARTY,
        owner_kind=OwnerKind.CITIZEN,
        scheme=IdentifierScheme.SSIN,
        identifier="85073003328",
        because=CreatedBecause.PUBLISHED_TO,
    ),
    "mailbox.activated.v1": _event(MailboxActivated, party_id=PARTY, terms_version="2026-01"),
    "mailbox.email_entered.v1": _event(EmailEntered, party_id=PARTY, address="an@example.org"),
    "mailbox.email_verified.v1": _event(EmailVerified, party_id=PARTY),
    "mailbox.email_rejected.v1": _event(EmailRejected, party_id=PARTY, reason="550"),
    "mailbox.preferences_changed.v1": _event(
        PreferencesChanged,
        party_id=PARTY,
        language="fr",
        frequency=Frequency.DAILY,
        quiet_hours=QuietHours("22:00", "07:00", "Europe/Brussels"),
        reminders=True,
        exclusively_ebox=False,
        show_title=True,
    ),
    "mailbox.owner_erased.v1": _event(OwnerErased, party_id=PARTY, legal_basis="GDPR article 17"),
    "message.published.v1": _first(
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
        access=_ACCESS,
    ),
    "message.opened.v1": _event(MessageOpened, access_id=OTHER),
    "message.released.v1": _event(MessageReleased, mailbox_id=MAILBOX),
    "message.hidden.v1": _event(MessageHidden, mailbox_id=MAILBOX, access=_ACCESS),
    "message.shown.v1": _event(MessageShown, mailbox_id=MAILBOX, access=_ACCESS),
    "message.archived.v1": _event(MessageArchived, mailbox_id=MAILBOX, access=_ACCESS),
    "message.unarchived.v1": _event(MessageUnarchived, mailbox_id=MAILBOX, access=_ACCESS),
    "message.reminder_due.v1": _event(ReminderDue, mailbox_id=MAILBOX),
    "message.expiry_announced.v1": _event(ExpiryAnnounced, mailbox_id=MAILBOX),
    "message.expired.v1": _event(MessageExpired, mailbox_id=MAILBOX),
    "message.documents_purged.v1": _event(DocumentsPurged, mailbox_id=MAILBOX),
    "notification.queued.v1": _first(
        NotificationQueued,
        "notification",
        kind=NotificationKind.NEW_DOCUMENT,
        channel=Channel.EMAIL,
        **_NOTIFIED,
    ),
    "notification.sent.v1": _event(NotificationSent, attempts=2, **_NOTIFIED),
    "notification.failed.v1": _event(
        NotificationFailed, permanent=True, smtp_code=550, reason="no such mailbox", **_NOTIFIED
    ),
    "notification.summarised.v1": _event(
        NotificationSummarised, mailbox_id=MAILBOX, message_ids=[OTHER, EVENT]
    ),
    "notification.cancelled.v1": _event(NotificationCancelled, reason="opened", **_NOTIFIED),
    "notification.bounced.v1": _event(NotificationBounced, status="5.1.1", **_NOTIFIED),
    "notification.delayed.v1": _event(NotificationDelayed, status="4.4.1", **_NOTIFIED),
    "sender.registered.v1": _first(
        SenderRegistered, "sender", enterprise_number="0316380841", name=_NAME, clients=[_CLIENT]
    ),
    "sender.changed.v1": _event(SenderChanged, name=_NAME, clients=[]),
    "sender.suspended.v1": _event(SenderSuspended, reason="contract ended"),
    "sender.application_registered.v1": _event(
        ApplicationRegistered, application_id="taxes", name=_NAME, description={"nl": "Aangifte"}
    ),
    "sender.application_changed.v1": _event(
        ApplicationChanged, application_id="taxes", name=_NAME, description={}
    ),
    "sender.message_type_registered.v1": _event(MessageTypeRegistered, **_MESSAGE_TYPE),
    "sender.message_type_changed.v1": _event(MessageTypeChanged, **(_MESSAGE_TYPE | {"discreet": True})),
    "site.registered.v1": _first(SiteRegistered, "site", name=_NAME, client=_CLIENT),
    "site.changed.v1": _event(SiteChanged, name=_NAME, client=_CLIENT),
    "site.suspended.v1": _event(SiteSuspended, reason="withdrawn"),
    "auditor.registered.v1": _first(
        AuditorRegistered, "auditor", name=_NAME, client=_CLIENT, grants=[_GRANT]
    ),
    "auditor.changed.v1": _event(AuditorChanged, name=_NAME, client=_CLIENT, grants=[]),
    "auditor.suspended.v1": _event(AuditorSuspended, reason="mandate ended"),
}
