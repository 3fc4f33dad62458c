"""What is posted: a CloudEvent (1.0.2) in JSON, with the attributes that Belgif asks for.

It says that something happened to a document, never what is in it: no subject, no title, no name and no
national number. A site learns which mailbox it is by our own id, a partner only knows its own publication.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.events import Event
from domain.events.mailbox import OwnerKind
from domain.events.message import MessagePublished
from webhooks.endpoints import DocumentEvent, Endpoint

CONTENT_TYPE: Final = "application/cloudevents+json"
SERVICE: Final = "be.ebox.document.v1"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is. `enterprise_number`: an enterprise's, None where it is a citizen or was erased."""

    kind: OwnerKind
    enterprise_number: str | None


def type_of(occasion: DocumentEvent) -> str:
    """The CloudEvent's `type`."""
    return f"be.ebox.document.{occasion.value}.v1"


def cloud_event(
    event: Event,
    occasion: DocumentEvent,
    published: MessagePublished,
    owner: Owner,
    endpoint: Endpoint,
    source: str,
) -> str:
    """The event for this receiver, as JSON. `source` is our public URL."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(event.event_id),
            "source": source,
            "type": type_of(occasion),
            "service": SERVICE,
            "subject": str(published.publication_id),
            "time": _rfc3339(event.timestamp),
            "datacontenttype": "application/json",
            "data": _data(occasion, published, owner, endpoint),
        }
    ).decode()


def _data(
    occasion: DocumentEvent, published: MessagePublished, owner: Owner, endpoint: Endpoint
) -> dict[str, Any]:
    mailbox: UUID | None = published.mailbox_id if endpoint.site is not None else None
    said = {
        "eventType": occasion.value,
        "messageId": str(published.publication_id),
        "receiptDate": _rfc3339(max(published.visible_from, published.timestamp)),
        "expirationDate": _rfc3339(published.expires_at),
        "isRegisteredMail": published.registered,
        "messageTypeId": published.message_type,
        "senderOrganizationId": published.sender_organisation or None,
        "senderApplicationId": published.sender_application or None,
        "enterpriseNumber": owner.enterprise_number,
        "mailboxId": str(mailbox) if mailbox else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
