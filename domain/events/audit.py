"""Looking is itself on the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import FirstEvent, recorded_as


class Look(StrEnum):
    """What an auditor did."""

    MAILBOX_SEARCH = "mailbox_search"
    ACCESS_HISTORY = "access_history"
    MAILBOX_AS_OF = "mailbox_as_of"
    ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What an auditor asked for; None does not narrow. `before`: where a further page began.

    `bundle`: the number of the bundle of the audit log's entries.
    """

    mailbox_id: UUID | None = None
    message_id: UUID | None = None
    actor_party: UUID | None = None
    site: str | None = None
    sender_organisation: str | None = None
    kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None
    bundle: int | None = None


@recorded_as("audit.replayed")
class AuditReplayed(FirstEvent):
    """An auditor looked: at what, in which case and for what purpose.

    `mailbox_id`: the mailbox looked at, also where one of its messages named it. None: no single one.
    `scope_id`: the scope that allowed it; None in what an earlier release recorded, which knew none. Until
    `embargo_until` its owner sees that something happened, and not what. Version 2 added both.
    """

    class_version: ClassVar[int] = 2

    look: Look
    mailbox_id: UUID | None
    case: str
    purpose: str
    scope_id: UUID | None
    embargo_until: datetime | None
    asked: LookedAt
    access: AccessRecord

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """There were no scopes that another auditor had approved, and no embargoes."""
        state |= {"scope_id": None, "embargo_until": None}


@recorded_as("audit.exported")
class AuditExported(FirstEvent):
    """An auditor took a copy of the access history out, in `format`; else as in `audit.replayed`."""

    format: str
    mailbox_id: UUID | None
    case: str
    purpose: str
    scope_id: UUID
    embargo_until: datetime | None
    asked: LookedAt
    access: AccessRecord
