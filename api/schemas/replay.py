"""What a replay answers: a mailbox as it stood at a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta

from api.schemas.answers import Absent, Answer
from api.schemas.audit import ActorAnswer, BasisAnswer
from application.mailbox_then import MessageThen, OwnerThen, Seen
from application.replaying import MailboxThen


class SeenAnswer(Answer, kw_only=True):
    """One access to a message, by then."""

    position: Annotated[int, Meta(description="Its place in the event store.")]
    at: datetime
    access_id: UUID
    what: Annotated[str, Meta(description="What was read.")]
    attachment_id: UUID | None
    actor: ActorAnswer
    site: str | None
    digital_key: str | None
    basis: BasisAnswer


class MessageThenAnswer(Answer, kw_only=True):
    """A message as it stood. Never what it says: subject, body and documents are its reader's."""

    message_id: UUID
    position: Annotated[int, Meta(description="Where in the event store it was published.")]
    published_at: datetime
    sender_organization_id: str
    sender_application_id: str
    message_type_id: str
    expiration_date: datetime
    is_released: bool
    opened_at: datetime | None
    opened_by: Annotated[UUID | None, Meta(description="The access that opened it.")]
    is_hidden: bool
    is_archived: bool
    confirmed_at: datetime | None
    is_withdrawn: bool
    is_recalled: bool
    is_expired: bool
    is_purged: bool
    notifications_sent: int
    notifications_bounced: int
    accesses: Annotated[int, Meta(description="How often it was accessed by then.")]
    seen: Annotated[
        list[SeenAnswer],
        Meta(description="The accesses by then, oldest first; the last 1,000. The access history has all."),
    ]


class OwnerThenAnswer(Answer, kw_only=True):
    """The mailbox itself. Whether there was a verified address, never which."""

    ebox_type: str
    activated_at: datetime | None
    terms_version: str | None
    has_verified_address: bool
    is_erased: bool


class MailboxThenAnswer(Answer, kw_only=True):
    """A page of the mailbox as it stood, newest message first."""

    mailbox_id: UUID
    at: Annotated[datetime | None, Meta(description="The time asked for; null where a position was.")]
    position: Annotated[int, Meta(description="How far in the event store the replay went, at most.")]
    owner: OwnerThenAnswer
    items: list[MessageThenAnswer]
    total_items: Annotated[int, Meta(description="All messages published by then.")]
    next_cursor: (
        Annotated[str, Meta(description="Continues after the last item; absent at the end.")] | Absent
    ) = UNSET


def mailbox_then_answer(then: MailboxThen, cursor: Callable[[int], str]) -> MailboxThenAnswer:
    """The page as it is answered."""
    return MailboxThenAnswer(
        mailbox_id=then.mailbox_id,
        at=then.at,
        position=then.position,
        owner=_owner(then.owner),
        items=[_message(one) for one in then.messages],
        total_items=then.total,
        next_cursor=UNSET if then.next_position is None else cursor(then.next_position),
    )


def _owner(owner: OwnerThen) -> OwnerThenAnswer:
    return OwnerThenAnswer(
        ebox_type=owner.owner_kind.value,
        activated_at=owner.activated_at,
        terms_version=owner.terms_version,
        has_verified_address=owner.has_verified_address,
        is_erased=owner.is_erased,
    )


def _message(then: MessageThen) -> MessageThenAnswer:
    message, published = then.message, then.message.published
    return MessageThenAnswer(
        message_id=published.publication_id,
        position=then.position,
        published_at=published.timestamp,
        sender_organization_id=published.sender_organisation,
        sender_application_id=published.sender_application,
        message_type_id=published.message_type,
        expiration_date=published.expires_at,
        is_released=message.is_released,
        opened_at=message.opened_at,
        opened_by=then.opened_by,
        is_hidden=message.is_hidden,
        is_archived=message.is_archived,
        confirmed_at=message.confirmed_at,
        is_withdrawn=message.is_withdrawn,
        is_recalled=message.is_recalled,
        is_expired=message.is_expired,
        is_purged=message.is_purged,
        notifications_sent=then.told,
        notifications_bounced=then.came_back,
        accesses=then.accesses,
        seen=[_seen(one) for one in then.seen],
    )


def _seen(seen: Seen) -> SeenAnswer:
    return SeenAnswer(
        position=seen.position,
        at=seen.at,
        access_id=seen.access_id,
        what=seen.what,
        attachment_id=seen.attachment_id,
        actor=ActorAnswer(
            party_id=seen.actor_party,
            kind=seen.actor_kind,
            identity=UNSET if seen.actor is None else seen.actor,
            is_erased=seen.is_actor_erased,
        ),
        site=seen.site,
        digital_key=seen.digital_key,
        basis=BasisAnswer(kind=seen.basis_kind, id=seen.basis_id, version=seen.basis_version),
    )
