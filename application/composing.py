"""From a draft that may be published to the facts of its publication."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from application.judging import Judgement
from application.parties import mailbox_of
from domain.actors import Actor
from domain.draft import MessageDraft
from domain.draft_times import visible_from
from domain.events.access import AccessRecord
from domain.events.message import AttachmentRecord, BusinessDatum
from domain.publication import Publication
from domain.reference import MessageType
from eventstore.parties import Party


def compose(
    actor: Actor,
    draft: MessageDraft,
    judgement: Judgement,
    publication_id: UUID,
    party: Party,
    attachments: list[AttachmentRecord],
    fingerprint: str,
    access: AccessRecord,
    at: datetime,
) -> Publication:
    """The publication to this party, which is the recipient's. `fingerprint` is that of the request."""
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
        business_data=_named_business_data(draft, judgement.message_type),
        attention_of=draft.attention_of,
        non_sensitive_title=draft.non_sensitive_title,
        attachments=attachments,
        recipient_activated=party.is_activated,
        visible_from=visible_from(draft, at),
        expires_at=judgement.expires_at,
        access=access,
        sender_partition=draft.sender_partition,
        payment=draft.payment.facts() if draft.payment else None,
        recipient_partition=judgement.recipient_partition,
        reply_authorised=draft.reply_authorised,
        original_message=draft.original_message,
        registered=draft.registered,
        confirmation_needed=draft.confirmation_needed,
        due_at=draft.due.astimezone(UTC) if draft.due else None,
    )


def _named_business_data(draft: MessageDraft, message_type: MessageType) -> list[BusinessDatum] | None:
    """The business data, with the message type's names for those that came without one."""
    if not draft.business_data:
        return None
    names = {rule.key: rule.name for rule in message_type.business_data}
    return [
        datum if datum.name else BusinessDatum(datum.key, names.get(datum.key), datum.values)
        for datum in draft.business_data
    ]
