"""Examples of what is answered about mailboxes, their owners and what happened there."""

from __future__ import annotations

from typing import Any, Final

from api.description import ids
from api.schemas import audit, audit_export, document_events, me, own_history, own_proofs, proofs, replay
from api.schemas.answers import Answer, TranslatedString

_SITE_NAME: Final = TranslatedString(
    nl="Demo-site", fr="Site de démonstration", de="Demo-Website", en="Demo site"
)
_OWNER: Final = audit.BasisAnswer(kind="owner", id=ids.PARTY, version=1)
_ACTOR: Final = audit.ActorAnswer(party_id=ids.PARTY, kind="citizen", identity=ids.CITIZEN, is_erased=False)
_SEEN: Final = replay.SeenAnswer(
    position=ids.POSITION,
    at=ids.READ_AT,
    access_id=ids.ACCESS,
    what="content",
    attachment_id=ids.ATTACHMENT,
    actor=_ACTOR,
    site=ids.SITE,
    digital_key="itsme",
    basis=_OWNER,
)
_LINE: Final[dict[str, Any]] = {
    "position": ids.POSITION,
    "event_id": ids.ACCESS,
    "at": ids.READ_AT,
    "kind": "access.recorded",
    "mailbox_id": ids.MAILBOX,
    "message_id": ids.MESSAGE,
    "attachment_id": ids.ATTACHMENT,
    "access_id": ids.ACCESS,
    "what": "content",
    "actor": _ACTOR,
    "site": ids.SITE,
    "sender_organization_id": ids.PARTNER,
    "digital_key": "itsme",
    "assurance_level": "high",
    "basis": _OWNER,
    "leaf": audit.LeafAnswer(index=4711, subject=ids.SUBJECT, sequence=12),
    "detail": None,
}
_PAGE: Final = document_events.EventPageInfo(last_sequence_nbr=ids.POSITION, has_next=False)


def _new_document(**whose: object) -> document_events.DocumentEventItem:
    return document_events.DocumentEventItem(
        event_sequence_nbr=ids.POSITION,
        event_time=ids.PUBLISHED_AT,
        event_provider_id="ebox",
        event_data=document_events.DocumentEventData(
            event_type="newDocument",
            message_id=ids.MESSAGE,
            receipt_date=ids.PUBLISHED_AT,
            expiration_date=ids.EXPIRES_AT,
            registered_mail=False,
            message_type_id=ids.MESSAGE_TYPE,
            sender_organization_id=ids.PARTNER,
            sender_application_id=ids.APPLICATION,
            **whose,  # type: ignore[arg-type] # the number of an enterprise, or a mailbox's id
        ),
    )


MAILBOX_ANSWERS: Final[tuple[Answer, ...]] = (
    audit.MailboxFound(mailbox_id=ids.MAILBOX),
    audit.History(items=[audit.HistoryLine(**_LINE)]),
    audit_export.ExportLine(**_LINE),
    replay.MailboxThenAnswer(
        mailbox_id=ids.MAILBOX,
        at=ids.READ_AT,
        position=ids.POSITION,
        owner=replay.OwnerThenAnswer(
            ebox_type="citizen",
            activated_at=ids.PUBLISHED_AT,
            terms_version="1",
            has_verified_address=True,
            is_erased=False,
        ),
        items=[
            replay.MessageThenAnswer(
                message_id=ids.MESSAGE,
                position=4242,
                published_at=ids.PUBLISHED_AT,
                sender_organization_id=ids.PARTNER,
                sender_application_id=ids.APPLICATION,
                message_type_id=ids.MESSAGE_TYPE,
                expiration_date=ids.EXPIRES_AT,
                is_released=True,
                opened_at=ids.READ_AT,
                opened_by=ids.ACCESS,
                is_hidden=False,
                is_archived=False,
                confirmed_at=None,
                is_withdrawn=False,
                is_recalled=False,
                is_expired=False,
                is_purged=False,
                notifications_sent=1,
                notifications_bounced=0,
                accesses=1,
                seen=[_SEEN],
            )
        ],
        total_items=1,
    ),
    own_history.OwnHistory(
        items=[
            own_history.OwnHistoryLine(
                position=ids.POSITION,
                event_id=ids.ACCESS,
                at=ids.READ_AT,
                sentence="You read a document of a message from Demo pension service, through Demo site.",
                kind="access.recorded",
                what="content",
                who=own_history.OwnHistoryWho(
                    kind="self",
                    is_own=True,
                    site=own_history.OwnHistorySite(site_id=ids.SITE, name=_SITE_NAME),
                    digital_key="itsme",
                    basis="owner",
                ),
                message_id=ids.MESSAGE,
                attachment_id=ids.ATTACHMENT,
                subject=ids.SUBJECT,
                sequence=12,
                leaf_index=4711,
                proof_href=f"https://ebox.example/me/access-history/{ids.ACCESS}/proof",
            )
        ]
    ),
    own_proofs.NothingHiddenAnswer(
        checkpoint=ids.CHECKPOINT,
        mailboxes=[
            own_proofs.MailboxHeads(
                mailbox_id=ids.MAILBOX,
                subject=ids.SUBJECT,
                later=[own_proofs.OwnLeaf(sequence=1, leaf_hash=ids.LEAF_HASH)],
                has_more=False,
            )
        ],
    ),
    proofs.Consistency(from_size=4096, to_size=4712, hashes=[ids.LEAF_HASH]),
    document_events.EnterpriseDocumentEvents(
        items=[_new_document(enterprise_id=ids.ENTERPRISE)], page_info=_PAGE
    ),
    document_events.CitizenDocumentEvents(items=[_new_document(mailbox_id=ids.MAILBOX)], page_info=_PAGE),
    me.Profile(
        mailbox_id=ids.MAILBOX,
        is_activated=True,
        activated_at=ids.PUBLISHED_AT,
        terms_version="1",
        email_address="an@example.test",
        is_email_address_verified=True,
    ),
    me.Preferences(
        language="nl",
        notification_frequency="immediate",
        quiet_hours=me.QuietHoursAnswer(start="22:00", end="07:00", time_zone="Europe/Brussels"),
        is_reminded=True,
        is_exclusively_ebox=False,
        is_title_shown=False,
    ),
    me.Mailboxes(
        items=[
            me.Mailbox(
                mailbox_id=ids.MAILBOX,
                ebox_type="citizen",
                is_own=True,
                basis=_OWNER,
                number_of_messages=12,
                number_of_unread_messages=1,
            )
        ],
        total_items=1,
    ),
)
