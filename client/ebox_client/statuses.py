"""Asking what became of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ebox_client.answers import optional_moment
from ebox_client.messages import Recipient


@dataclass(frozen=True, slots=True)
class MessageReference:
    """A message in a mailbox: a publication may have gone into several."""

    message_id: UUID
    recipient: Recipient

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return {"messageId": str(self.message_id), "recipient": self.recipient.json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStatus:
    """How a message stands with one recipient; `is_known` is false where you published none such to them."""

    is_known: bool
    is_opened: bool = False
    opened_at: datetime | None = None
    is_hidden: bool = False
    is_released: bool = False
    expiration_date: datetime | None = None
    is_expired: bool = False
    is_notified: bool = False
    is_confirmed: bool = False
    confirmed_at: datetime | None = None
    is_withdrawn: bool = False
    is_recalled: bool = False

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> MessageStatus:
        """From the answer's JSON. Raises `UnexpectedAnswer`."""
        return cls(
            is_known=answer.get("isKnown") is True,
            is_opened=answer.get("readStatus") is True,
            opened_at=optional_moment(answer, "readAt"),
            is_hidden=answer.get("visible") is False,
            is_released=answer.get("isReleased") is True,
            expiration_date=optional_moment(answer, "expirationDate"),
            is_expired=answer.get("isExpired") is True,
            is_notified=answer.get("isNotified") is True,
            is_confirmed=answer.get("isConfirmed") is True,
            confirmed_at=optional_moment(answer, "confirmedAt"),
            is_withdrawn=answer.get("isWithdrawn") is True,
            is_recalled=answer.get("isRecalled") is True,
        )
