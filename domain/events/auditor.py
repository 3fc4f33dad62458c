"""Auditors, as they are registered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from domain.events.base import Event, FirstEvent, recorded_as
from domain.events.reference import ClientRecord


@dataclass(frozen=True, slots=True)
class AuditGrant:
    """What an auditor may ask a scope for. `subjects` are mailbox ids, or `*` alone for every mailbox."""

    case: str
    purpose: str
    subjects: list[str]
    start: datetime | None
    end: datetime | None


@recorded_as("auditor.registered")
class AuditorRegistered(FirstEvent):
    """An auditor's client and what it may ask a scope for."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]


@recorded_as("auditor.changed")
class AuditorChanged(Event):
    """The auditor's registration is this from now on."""

    name: dict[str, str]
    client: ClientRecord
    grants: list[AuditGrant]


@recorded_as("auditor.suspended")
class AuditorSuspended(Event):
    """The auditor may not look any more; see `sender.suspended`. Version 2 added `by_command`."""

    class_version: ClassVar[int] = 2

    reason: str
    by_command: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """There was no command."""
        state["by_command"] = False


@recorded_as("auditor.resumed")
class AuditorResumed(Event):
    """The suspension by command is over."""
