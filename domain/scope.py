"""An auditor's scope: one auditor asks for it, another approves or refuses it, either side ends it.

Who may do which is the decision function's to say (`domain.decisions`); here is what the state allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from functools import singledispatchmethod
from typing import Final
from uuid import UUID

from domain.actors import AuditScope
from domain.aggregate import AggregateRoot
from domain.errors import InvalidInput, Issue, ScopeClosed
from domain.events import scope as facts
from domain.events.access import AccessRecord
from domain.events.auditor import AuditGrant
from domain.events.base import Event
from domain.ids import new_id

MAX_SUBJECTS: Final = 1000
MAX_VALIDITY: Final = timedelta(days=366)
"""How long after its approval a scope may be looked under: nobody's need is known for longer."""
MAX_EMBARGO: Final = timedelta(days=731)
"""How long after the approval owners may be kept from knowing; longer than any scope, since an inquiry goes
on after its last look."""


class ScopeState(StrEnum):
    """How far it has come."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Scope(AggregateRoot):
    """One scope and what became of it."""

    TOPIC = "scope"

    @classmethod
    def request(
        cls,
        asked: AuditScope,
        client_id: str,
        access: AccessRecord,
        at: datetime,
        *,
        scope_id: UUID | None = None,
    ) -> Scope:
        """An auditor asks; the scope has a new id unless it is given one.

        Raises `InvalidInput` where there are more subjects than a scope may have.
        """
        if asked.subjects is not None and len(asked.subjects) > MAX_SUBJECTS:
            raise InvalidInput(Issue("subject", "tooMany", f"at most {MAX_SUBJECTS} mailboxes"))
        return cls.begin(
            facts.ScopeRequested,
            scope_id or new_id(),
            at,
            client_id=client_id,
            case=asked.case,
            purpose=asked.purpose,
            subjects=None if asked.subjects is None else sorted(asked.subjects),
            start=asked.start,
            end=asked.end,
            access=access,
        )

    @property
    def requested_by(self) -> UUID:
        """The registration of the auditor who asked."""
        return self.requested.access.basis.id

    def state(self, at: datetime) -> ScopeState:
        """How far it had come at that moment, of what is loaded."""
        if self.withdrawn is not None:
            return ScopeState.WITHDRAWN
        if self.refused is not None:
            return ScopeState.REFUSED
        if self.approved is None:
            return ScopeState.REQUESTED
        return ScopeState.EXPIRED if at >= self.approved.valid_until else ScopeState.APPROVED

    def approve(
        self,
        client_id: str,
        valid_until: datetime,
        embargo_until: datetime | None,
        access: AccessRecord,
        at: datetime,
    ) -> None:
        """Another auditor approves. Raises `ScopeClosed`, and `InvalidInput` for ends out of bounds."""
        self._require(ScopeState.REQUESTED, at)
        issues = [
            Issue(name, "outOfBounds", f"must be to come, and at most {most.days} days away")
            for name, until, most in (
                ("validUntil", valid_until, MAX_VALIDITY),
                ("embargoUntil", embargo_until, MAX_EMBARGO),
            )
            if until is not None and not at < until <= at + most
        ]
        if issues:
            raise InvalidInput(*issues)
        self.record(
            facts.ScopeApproved,
            at,
            client_id=client_id,
            valid_until=valid_until,
            embargo_until=embargo_until,
            access=access,
        )

    def refuse(self, client_id: str, reason: str, access: AccessRecord, at: datetime) -> None:
        """Another auditor refuses. Raises `ScopeClosed`."""
        self._require(ScopeState.REQUESTED, at)
        self.record(facts.ScopeRefused, at, client_id=client_id, reason=reason, access=access)

    def withdraw(self, client_id: str, reason: str, access: AccessRecord, at: datetime) -> None:
        """End it, whether it was approved or not. A second time changes nothing. Raises `ScopeClosed`."""
        state = self.state(at)
        if state is ScopeState.WITHDRAWN:
            return
        if state not in (ScopeState.REQUESTED, ScopeState.APPROVED):
            raise ScopeClosed(f"the scope is {state}")
        self.record(facts.ScopeWithdrawn, at, client_id=client_id, reason=reason, access=access)

    def _require(self, needed: ScopeState, at: datetime) -> None:
        state = self.state(at)
        if state is not needed:
            raise ScopeClosed(f"the scope is {state}")

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: facts.ScopeRequested) -> None:
        self.requested = event
        self.asked = AuditScope(
            event.case,
            event.purpose,
            None if event.subjects is None else frozenset(event.subjects),
            event.start,
            event.end,
            self.id,
        )
        self.approved: facts.ScopeApproved | None = None
        self.refused: facts.ScopeRefused | None = None
        self.withdrawn: facts.ScopeWithdrawn | None = None

    @when.register
    def _(self, event: facts.ScopeApproved) -> None:
        self.approved = event

    @when.register
    def _(self, event: facts.ScopeRefused) -> None:
        self.refused = event

    @when.register
    def _(self, event: facts.ScopeWithdrawn) -> None:
        self.withdrawn = event


def granted(grant: AuditGrant) -> AuditScope:
    """The most that a registration's grant lets an auditor ask for."""
    subjects = None if "*" in grant.subjects else frozenset(UUID(one) for one in grant.subjects)
    return AuditScope(grant.case, grant.purpose, subjects, grant.start, grant.end)
