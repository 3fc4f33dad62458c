"""What auditors may: look under a scope that another auditor approved, and decide about each other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.access import Basis, BasisKind, ScopeBasis
from domain.actors import Actor, ActorKind, AssuranceLevel, AuditScope
from domain.decisions import Allow, Deny, Operation, Subject, decide
from domain.scope import Scope
from tests.unit.domain.test_decisions import (
    AN_MAILBOX,
    AN_S,
    AT,
    BOB_S,
    NEW_CITIZEN,
    REGISTRATION,
    actor,
)
from tests.unit.domain.test_scope import access

OTHER = UUID(int=5)
UNTIL, EMBARGO = AT + timedelta(days=30), AT + timedelta(days=90)
ONE = AuditScope("case-1", "complaint", frozenset({AN_MAILBOX}))
ALL = AuditScope("case-1", "complaint", None)


def scope(asked: AuditScope, *, by: UUID = REGISTRATION, is_approved: bool = True) -> Scope:
    """What the auditor asked for, and another one approved."""
    requested = access()
    scope = Scope.request(asked, "auditor-1", replace(requested, basis=replace(requested.basis, id=by)), AT)
    if is_approved:
        scope.approve("auditor-2", UNTIL, EMBARGO, access(2), AT)
    return scope


OF_ONE, OF_ALL = scope(ONE), scope(ALL)
WITHDRAWN = scope(ONE)
WITHDRAWN.withdraw("auditor-2", "enough", access(2), AT)

AUDITOR = actor(ActorKind.AUDITOR, assurance_level=AssuranceLevel.HIGH)
UNDER_ONE = replace(AUDITOR, audit_scope=OF_ONE.asked)
UNDER_ALL = replace(AUDITOR, audit_scope=OF_ALL.asked)
APPROVER = replace(AUDITOR, registration_id=OTHER)

LOOKS = (Operation.FIND_MAILBOX, Operation.READ_ACCESS_HISTORY, Operation.REPLAY)
DECIDES = (Operation.APPROVE_SCOPE, Operation.REFUSE_SCOPE)


@pytest.mark.parametrize("operation", LOOKS)
@pytest.mark.parametrize(
    ("who", "whose", "under"),
    [(UNDER_ONE, AN_S, OF_ONE), (UNDER_ALL, BOB_S, OF_ALL), (UNDER_ALL, None, OF_ALL)],
)
def test_a_look_under_an_approved_scope_rests_on_that_scope(
    operation: Operation, who: Actor, whose: Subject | None, under: Scope
) -> None:
    decision = decide(who, whose, operation, None, None, AT, scope=under)
    basis = ScopeBasis(BasisKind.AUDIT_SCOPE, under.id, 2, "case-1", "complaint", EMBARGO)
    assert decision == Allow(basis)


@pytest.mark.parametrize("operation", LOOKS)
@pytest.mark.parametrize(
    ("who", "whose", "under", "why"),
    [
        (AUDITOR, AN_S, None, "no approved scope"),
        (replace(AUDITOR, audit_scope=ONE), AN_S, None, "no approved scope"),
        (UNDER_ONE, AN_S, scope(ONE, by=OTHER), "no approved scope"),
        (UNDER_ONE, AN_S, scope(ONE, is_approved=False), "the scope is requested"),
        (UNDER_ONE, AN_S, WITHDRAWN, "the scope is withdrawn"),
        (UNDER_ALL, AN_S, OF_ONE, "outside the scope"),
        (UNDER_ONE, BOB_S, OF_ONE, "outside the scope"),
        (UNDER_ONE, NEW_CITIZEN, OF_ONE, "outside the scope"),
        (UNDER_ONE, None, OF_ONE, "outside the scope"),
        (replace(UNDER_ONE, assurance_level=AssuranceLevel.SUBSTANTIAL), AN_S, OF_ONE, "assurance"),
        (replace(UNDER_ONE, is_suspended=True), AN_S, OF_ONE, "suspended"),
    ],
)
def test_any_other_look_is_refused(
    operation: Operation, who: Actor, whose: Subject | None, under: Scope | None, why: str
) -> None:
    decision = decide(who, whose, operation, None, None, AT, scope=under)
    assert isinstance(decision, Deny)
    assert why in decision.reason


def test_a_scope_that_ran_out_allows_nothing() -> None:
    last = UNTIL - timedelta(microseconds=1)
    look = Operation.REPLAY
    assert isinstance(decide(UNDER_ONE, AN_S, look, None, None, last, scope=OF_ONE), Allow)
    refused = decide(UNDER_ONE, AN_S, look, None, None, UNTIL, scope=OF_ONE)
    assert refused == Deny("the scope is expired", lacks_scope=True)


@pytest.mark.parametrize("operation", [*DECIDES, Operation.WITHDRAW_SCOPE, Operation.READ_SCOPES])
def test_another_auditor_decides_on_its_own_registration(operation: Operation) -> None:
    decision = decide(APPROVER, None, operation, None, None, AT, scope=OF_ONE)
    assert decision == Allow(Basis(BasisKind.REGISTRATION, OTHER, 3))


@pytest.mark.parametrize("operation", DECIDES)
def test_nobody_decides_about_their_own_request(operation: Operation) -> None:
    decision = decide(AUDITOR, None, operation, None, None, AT, scope=scope(ONE, is_approved=False))
    assert decision == Deny("another auditor has to decide")


def test_whoever_asked_may_withdraw() -> None:
    assert isinstance(decide(AUDITOR, None, Operation.WITHDRAW_SCOPE, None, None, AT, scope=OF_ONE), Allow)


@pytest.mark.parametrize(
    "operation", [*DECIDES, Operation.WITHDRAW_SCOPE, Operation.READ_SCOPES, Operation.REQUEST_SCOPE]
)
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_suspended": True}, "suspended"),
        ({"assurance_level": AssuranceLevel.SUBSTANTIAL}, "assurance"),
        ({"registration_id": None}, "not registered"),
        ({"kind": ActorKind.CITIZEN}, "not an auditor"),
        ({"kind": ActorKind.PARTNER}, "not an auditor"),
    ],
)
def test_only_auditors_in_good_standing_deal_with_scopes(
    operation: Operation, changes: dict[str, object], why: str
) -> None:
    who = replace(APPROVER, **changes)  # type: ignore[arg-type]
    decision = decide(who, None, operation, None, None, AT, scope=OF_ONE)
    assert isinstance(decision, Deny)
    assert why in decision.reason
