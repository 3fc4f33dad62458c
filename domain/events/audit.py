"""Looking is itself on the record."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import FirstEvent, recorded_as


class Look(StrEnum):
    """What an auditor did."""

    MAILBOX_SEARCH = "mailbox_search"
    ACCESS_HISTORY = "access_history"


@recorded_as("audit.replayed")
class AuditReplayed(FirstEvent):
    """An auditor looked: case, purpose, mailbox (None: no single one) and period looked at."""

    look: Look
    mailbox_id: UUID | None
    case: str
    purpose: str
    start: datetime | None
    end: datetime | None
    access: AccessRecord
