"""What is published to the people in the house."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from domain.events.access import AccessRecord, BasisRecord
from domain.ids import new_id
from domain.message import Message
from domain.publication import Publication

EXPIRES_AT = datetime(2036, 1, 1, tzinfo=UTC)
PENSIONS = "0206731645"


def a_message(
    mailbox_id: UUID,
    party_id: UUID,
    at: datetime,
    subject: str,
    title: Mapping[str, str] | None,
    message_type: str,
    visible_from: datetime,
) -> Message:
    """A message of the pension service, not recorded yet."""
    message_id = new_id()
    access = AccessRecord(
        actor_party=party_id,
        actor=None,
        actor_kind="partner",
        site=None,
        digital_key=None,
        assurance_level="high",
        basis=BasisRecord("registration", new_id(), 1),
        token_sha256="0" * 64,
        request_id=new_id(),
    )
    publication = Publication(
        publication_id=message_id,
        mailbox_id=mailbox_id,
        party_id=party_id,
        fingerprint="0" * 64,
        sender_organisation=PENSIONS,
        sender_application="demo.pensions",
        message_type=message_type,
        subject={"nl": subject},
        body={"nl": "Inhoud"},
        is_body_main=True,
        business_data=None,
        attention_of=None,
        non_sensitive_title=dict(title) if title else None,
        attachments=[],
        recipient_activated=True,
        visible_from=visible_from,
        expires_at=EXPIRES_AT,
        access=access,
    )
    return Message.publish(message_id, publication, at)
