"""Looking is itself on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import FirstEvent, recorded_as


class Look(StrEnum):
    """What an auditor did."""

    MAILBOX_SEARCH = "mailbox_search"
    ACCESS_HISTORY = "access_history"
    MAILBOX_AS_OF = "mailbox_as_of"


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What an auditor asked for; None does not narrow. `before`: where a further page began."""

    mailbox_id: UUID | None = None
    message_id: UUID | None = None
    actor_party: UUID | None = None
    site: str | None = None
    sender_organisation: str | None = None
    kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None


@recorded_as("audit.replayed")
class AuditReplayed(FirstEvent):
    """An auditor looked: at what, in which case and for what purpose.

    `mailbox_id`: the mailbox looked at, also where one of its messages named it. None: no single one.
    """

    look: Look
    mailbox_id: UUID | None
    case: str
    purpose: str
    asked: LookedAt
    access: AccessRecord
