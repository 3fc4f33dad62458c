"""What eBox answers, checked. Anything else raises `UnexpectedAnswer`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ebox_client.errors import UnexpectedAnswer

NO_DIGITAL_USER: Final = "NO_DIGITAL_USER"


@dataclass(frozen=True, slots=True)
class Published:
    """The message is in the mailbox. `is_replayed`: it was already, by an earlier request of the same key."""

    message_id: UUID
    expiration_date: datetime
    code: str | None = None
    is_replayed: bool = False

    @property
    def has_digital_user(self) -> bool:
        """False where the recipient never activated the mailbox: paper may have to be sent too."""
        return self.code != NO_DIGITAL_USER

    @classmethod
    def of(cls, answer: Mapping[str, Any], *, is_replayed: bool = False) -> Published:
        """From the answer's JSON."""
        code = answer.get("code")
        return cls(
            _uuid(answer, "messageId"),
            _moment(answer, "expirationDate"),
            code if isinstance(code, str) else None,
            is_replayed or answer.get("isReplayed") is True,
        )


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document that messages can refer to until `keep_until`."""

    document_id: UUID
    keep_until: datetime

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> KeptDocument:
        """From the answer's JSON."""
        return cls(_uuid(answer, "documentId"), _moment(answer, "keepUntil"))


def _uuid(answer: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(answer.get(name))
    except (TypeError, ValueError, AttributeError):
        raise UnexpectedAnswer(f"an answer without {name}") from None


def optional_moment(answer: Mapping[str, Any], name: str) -> datetime | None:
    """The time of this name, None where there is none."""
    return None if answer.get(name) is None else _moment(answer, name)


def _moment(answer: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.fromisoformat(answer.get(name, ""))
    except (TypeError, ValueError):
        raise UnexpectedAnswer(f"an answer without {name}") from None
