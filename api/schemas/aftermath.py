"""What becomes of published messages: bodies and answers of taking them back, confirming and asking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from msgspec import UNSET, Meta
from pydantic import BeforeValidator, Field

from api.schemas.answers import Absent, Answer
from api.schemas.message_changes import uuid_given
from api.schemas.message_to_publish import Recipient
from api.schemas.optional import if_any
from api.schemas.recipients import identifier_of
from api.schemas.texts import Line, StrictModel
from application.aftermath import Confirmation, TakenBack
from application.statuses import AskedStatus, MessageStatus

MAX_STATUSES: Final = 100
MAX_REASON: Final = 400


class TakeBack(StrictModel):
    """Why a message is taken back, and from whom: one of its recipients, or (left out) all of them."""

    reason: Annotated[Line, Field(min_length=1, max_length=MAX_REASON)] | None = None
    recipient: Recipient | None = None


class StatusAsked(StrictModel):
    """A message and one of its recipients."""

    message_id: Annotated[UUID, BeforeValidator(uuid_given)]
    recipient: Recipient


class StatusSearch(StrictModel):
    """Messages whose status is asked for."""

    items: Annotated[list[StatusAsked], Field(min_length=1, max_length=MAX_STATUSES)]

    def asked(self) -> list[AskedStatus]:
        """What is asked for. Raises `InvalidInput` naming the recipient that is none."""
        return [
            AskedStatus(item.message_id, identifier_of(item.recipient, f"items[{place}].recipient"))
            for place, item in enumerate(self.items)
        ]


class RecipientAnswer(Answer, kw_only=True):
    """Whose mailbox, as it was asked for."""

    ebox_type: str
    ssin: str | Absent = UNSET
    enterprise_number: str | Absent = UNSET


class StatusAnswer(Answer, kw_only=True):
    """How a message stands with one recipient. All but the first three are left out where it is unknown."""

    message_id: UUID
    recipient: RecipientAnswer
    is_known: Annotated[bool, Meta(description="Whether you published this message to this recipient.")]
    read_status: Annotated[bool, Meta(description="Whether its main content was opened.")] | Absent = UNSET
    read_at: datetime | Absent = UNSET
    visible: Annotated[bool, Meta(description="False where its reader hid it.")] | Absent = UNSET
    is_released: Annotated[bool, Meta(description="False before its publish time.")] | Absent = UNSET
    expiration_date: datetime | Absent = UNSET
    is_expired: bool | Absent = UNSET
    is_notified: Annotated[bool, Meta(description="Whether a mail told its owner of it.")] | Absent = UNSET
    is_confirmed: bool | Absent = UNSET
    confirmed_at: datetime | Absent = UNSET
    is_withdrawn: bool | Absent = UNSET
    is_recalled: bool | Absent = UNSET


class Statuses(Answer, kw_only=True):
    """The statuses, in the order they were asked for."""

    items: list[StatusAnswer]
    total_items: int


class TakenBackAnswer(Answer, kw_only=True):
    """The message is taken back."""

    message_id: UUID
    mailboxes: Annotated[int, Meta(description="In how many mailboxes it is taken back.")]


class ConfirmationAnswer(Answer, kw_only=True):
    """The message is confirmed; the first time counts."""

    message_id: UUID
    confirmed_at: datetime


def taken_back_answer(message_id: UUID, done: TakenBack) -> TakenBackAnswer:
    """As it is sent."""
    return TakenBackAnswer(message_id=message_id, mailboxes=done.mailboxes)


def confirmation_answer(message_id: UUID, done: Confirmation) -> ConfirmationAnswer:
    """As it is sent."""
    return ConfirmationAnswer(message_id=message_id, confirmed_at=done.confirmed_at)


def statuses_answer(search: StatusSearch, found: Sequence[MessageStatus | None]) -> Statuses:
    """As it is sent."""
    items = [_status(asked, status) for asked, status in zip(search.items, found, strict=True)]
    return Statuses(items=items, total_items=len(items))


def _status(asked: StatusAsked, status: MessageStatus | None) -> StatusAnswer:
    given = asked.recipient
    recipient = RecipientAnswer(
        ebox_type=given.ebox_type,
        ssin=if_any(given.ssin),
        enterprise_number=if_any(given.enterprise_number),
    )
    if status is None:
        return StatusAnswer(message_id=asked.message_id, recipient=recipient, is_known=False)
    return StatusAnswer(
        message_id=asked.message_id,
        recipient=recipient,
        is_known=True,
        read_status=status.opened_at is not None,
        read_at=if_any(status.opened_at),
        visible=not status.is_hidden,
        is_released=status.is_released,
        expiration_date=status.expires_at,
        is_expired=status.is_expired,
        is_notified=status.is_notified,
        is_confirmed=status.confirmed_at is not None,
        confirmed_at=if_any(status.confirmed_at),
        is_withdrawn=status.is_withdrawn,
        is_recalled=status.is_recalled,
    )
