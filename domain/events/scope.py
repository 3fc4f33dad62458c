"""Auditors' scopes: what one asked to look at, and what another said to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.events.access import AccessRecord
from domain.events.base import Event, FirstEvent, recorded_as


@recorded_as("scope.requested")
class ScopeRequested(FirstEvent):
    """An auditor asked to look: in which case, for what purpose, at whose mailboxes, in which period.

    `client_id` names the auditor. `subjects`: None for every mailbox. `start` and `end` bound the moments
    that may be looked at; None leaves that end open.
    """

    client_id: str
    case: str
    purpose: str
    subjects: list[UUID] | None
    start: datetime | None
    end: datetime | None
    access: AccessRecord


@recorded_as("scope.approved")
class ScopeApproved(Event):
    """Another auditor approved it, until `valid_until`.

    Until `embargo_until` owners see that something was looked at, and not what; None: they see it at once.
    """

    client_id: str
    valid_until: datetime
    embargo_until: datetime | None
    access: AccessRecord


@recorded_as("scope.refused")
class ScopeRefused(Event):
    """Another auditor refused it."""

    client_id: str
    reason: str
    access: AccessRecord


@recorded_as("scope.withdrawn")
class ScopeWithdrawn(Event):
    """Nothing may be looked at under it any more: who asked for it, or an auditor beside them, ended it."""

    client_id: str
    reason: str
    access: AccessRecord
