"""An auditor's scope: what its state allows, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.actors import AuditScope
from domain.errors import InvalidInput, ScopeClosed
from domain.events.access import AccessRecord, BasisRecord
from domain.events.auditor import AuditGrant
from domain.events.scope import ScopeApproved, ScopeRefused, ScopeRequested, ScopeWithdrawn
from domain.scope import MAX_EMBARGO, MAX_SUBJECTS, MAX_VALIDITY, Scope, ScopeState, granted

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = AT + timedelta(hours=1)
A_MONTH = AT + timedelta(days=30)
MAILBOX = UUID(int=7)
ASKED = AuditScope("2026/17", "complaint", frozenset({MAILBOX}), AT - timedelta(days=9), AT)


def access(registration: int = 1) -> AccessRecord:
    basis = BasisRecord("registration", UUID(int=registration), 1)
    return AccessRecord(
        uuid4(), f"auditor-{registration}", "auditor", None, None, "high", basis, "0" * 64, uuid4()
    )


Step = Callable[[Scope], None]


def requested(_scope: Scope) -> None:
    """Nothing more."""


def approved(scope: Scope) -> None:
    scope.approve("auditor-2", A_MONTH, None, access(2), SOON)


def refused(scope: Scope) -> None:
    scope.refuse("auditor-2", "too wide", access(2), SOON)


def withdrawn(scope: Scope) -> None:
    scope.withdraw("auditor-1", "the case is closed", access(), SOON)


def given(step: Step) -> Scope:
    scope = Scope.request(ASKED, "auditor-1", access(), AT)
    step(scope)
    scope.new_facts()
    return scope


def test_a_request_tells_what_is_asked_and_who_asks() -> None:
    scope = Scope.request(ASKED, "auditor-1", access(), AT)
    [fact] = scope.new_facts()
    assert isinstance(fact, ScopeRequested)
    assert (fact.client_id, fact.case, fact.purpose, fact.subjects) == (
        "auditor-1",
        "2026/17",
        "complaint",
        [MAILBOX],
    )
    assert (fact.start, fact.end) == (ASKED.start, ASKED.end)
    assert scope.requested_by == UUID(int=1)
    assert scope.asked.id == scope.id
    assert ASKED.lies_within(scope.asked)


@pytest.mark.parametrize(
    ("step", "at", "state"),
    [
        (requested, A_MONTH, ScopeState.REQUESTED),
        (approved, SOON, ScopeState.APPROVED),
        (approved, A_MONTH - timedelta(microseconds=1), ScopeState.APPROVED),
        (approved, A_MONTH, ScopeState.EXPIRED),
        (refused, SOON, ScopeState.REFUSED),
        (withdrawn, SOON, ScopeState.WITHDRAWN),
    ],
)
def test_its_state_at_a_moment(step: Step, at: datetime, state: ScopeState) -> None:
    assert given(step).state(at) is state


@pytest.mark.parametrize(
    ("before", "when", "then"),
    [
        (requested, approved, ScopeApproved),
        (requested, refused, ScopeRefused),
        (requested, withdrawn, ScopeWithdrawn),
        (approved, withdrawn, ScopeWithdrawn),
        (withdrawn, withdrawn, None),
    ],
)
def test_what_its_state_allows(before: Step, when: Step, then: type | None) -> None:
    scope = given(before)
    when(scope)
    assert [type(fact) for fact in scope.new_facts()] == ([then] if then else [])


@pytest.mark.parametrize(
    ("before", "when"),
    [
        (approved, approved),
        (approved, refused),
        (refused, approved),
        (refused, refused),
        (refused, withdrawn),
        (withdrawn, approved),
        (withdrawn, refused),
    ],
)
def test_what_its_state_does_not_allow(before: Step, when: Step) -> None:
    scope = given(before)
    with pytest.raises(ScopeClosed):
        when(scope)
    assert not scope.new_facts()


def test_a_scope_that_ran_out_cannot_be_withdrawn_any_more() -> None:
    with pytest.raises(ScopeClosed):
        given(approved).withdraw("auditor-1", "late", access(), A_MONTH)


@pytest.mark.parametrize(
    ("valid_until", "embargo_until", "fields"),
    [
        (AT, None, ["validUntil"]),
        (AT + MAX_VALIDITY + timedelta(seconds=1), None, ["validUntil"]),
        (A_MONTH, AT, ["embargoUntil"]),
        (A_MONTH, AT + MAX_EMBARGO + timedelta(seconds=1), ["embargoUntil"]),
        (AT, AT, ["validUntil", "embargoUntil"]),
    ],
)
def test_validity_and_embargo_have_bounds(
    valid_until: datetime, embargo_until: datetime | None, fields: list[str]
) -> None:
    scope = given(requested)
    with pytest.raises(InvalidInput) as refusal:
        scope.approve("auditor-2", valid_until, embargo_until, access(2), AT)
    assert [issue.field for issue in refusal.value.issues] == fields
    scope.approve("auditor-2", AT + MAX_VALIDITY, AT + MAX_EMBARGO, access(2), AT)


def test_a_scope_has_so_many_subjects_at_most() -> None:
    too_many = AuditScope("1", "x", frozenset(uuid4() for _ in range(MAX_SUBJECTS + 1)))
    with pytest.raises(InvalidInput):
        Scope.request(too_many, "auditor-1", access(), AT)


def test_a_grant_bounds_what_may_be_asked() -> None:
    everyone = granted(AuditGrant("2026/17", "complaint", ["*"], None, None))
    one = granted(AuditGrant("2026/17", "complaint", [str(MAILBOX)], ASKED.start, ASKED.end))
    assert ASKED.lies_within(everyone)
    assert ASKED.lies_within(one)
    assert not everyone.lies_within(one)
