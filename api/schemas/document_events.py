"""A page of the event feed, with the names of the Event Service's public description (version 1.1.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET

from api.schemas.answers import Absent, Answer
from api.schemas.optional import if_any
from application.document_events import FeedPage
from projections.document_events import DocumentEvent


class DocumentEventData(Answer, kw_only=True):
    """What happened to a document. Never its subject.

    `enterpriseId` is an enterprise's number; a citizen's is never told. Sites know a mailbox by `mailboxId`.
    """

    event_type: Literal["newDocument", "newDocumentReminder", "documentExpirationAlert", "readDocument"]
    enterprise_id: str | Absent = UNSET
    mailbox_id: UUID | Absent = UNSET
    message_id: UUID
    receipt_date: datetime
    expiration_date: datetime
    registered_mail: bool
    message_type_id: str
    sender_organization_id: str | Absent = UNSET
    sender_application_id: str


class DocumentEventItem(Answer, kw_only=True):
    """An event and its place in the feed."""

    event_sequence_nbr: int
    event_time: datetime
    event_provider_id: str
    event_data: DocumentEventData


class EventPageInfo(Answer, kw_only=True):
    """Where to go on: with `lastSequenceNbr`, at once where `hasNext`."""

    last_sequence_nbr: int
    has_next: bool


class EnterpriseDocumentEvents(
    Answer, kw_only=True, rename={"items": "EboxEnterpriseDocumentEvents", "page_info": "pageInfo"}
):
    """A page of what happened to documents in enterprises' mailboxes, oldest first."""

    items: list[DocumentEventItem]
    page_info: EventPageInfo


class CitizenDocumentEvents(
    Answer, kw_only=True, rename={"items": "EboxCitizenDocumentEvents", "page_info": "pageInfo"}
):
    """A page of what happened to documents in citizens' mailboxes, oldest first."""

    items: list[DocumentEventItem]
    page_info: EventPageInfo


def enterprise_events_answer(page: FeedPage, provider: str) -> EnterpriseDocumentEvents:
    """As it is sent."""
    return EnterpriseDocumentEvents(items=_items(page, provider), page_info=_page_info(page))


def citizen_events_answer(page: FeedPage, provider: str) -> CitizenDocumentEvents:
    """As it is sent."""
    return CitizenDocumentEvents(items=_items(page, provider), page_info=_page_info(page))


def _page_info(page: FeedPage) -> EventPageInfo:
    return EventPageInfo(last_sequence_nbr=page.last, has_next=page.has_next)


def _items(page: FeedPage, provider: str) -> list[DocumentEventItem]:
    return [
        DocumentEventItem(
            event_sequence_nbr=event.position,
            event_time=event.at,
            event_provider_id=provider,
            event_data=_data(page, event),
        )
        for event in page.items
    ]


def _data(page: FeedPage, event: DocumentEvent) -> DocumentEventData:
    return DocumentEventData(
        event_type=event.told,  # type: ignore[arg-type] # the read model has no other words
        enterprise_id=if_any(page.numbers.get(event.mailbox_id)),
        mailbox_id=if_any(event.mailbox_id if page.shows_mailboxes else None),
        message_id=event.publication_id,
        receipt_date=event.received_at,
        expiration_date=event.expires_at,
        registered_mail=event.registered,
        message_type_id=event.message_type,
        sender_organization_id=if_any(event.sender_organisation or None),
        sender_application_id=event.sender_application,
    )
