"""What an auditor's request may say, and when it lies within what was granted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.actors import AuditScope
from identity.authorization_details import claim_of, is_granted, parse_audit_scope
from identity.errors import InvalidAuthorizationDetails

ONE = UUID("0a3c5e70-1111-4222-8333-444455556666")
TWO = UUID("0a3c5e70-1111-4222-8333-444455557777")
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)
DETAIL = {"type": "ebox_audit", "case": "1", "purpose": "complaint", "subject": [str(ONE)]}


def scope(
    subjects: frozenset[UUID] | None, start: datetime | None = None, end: datetime | None = None
) -> AuditScope:
    """A scope of one case."""
    return AuditScope("1", "complaint", subjects, start, end)


@pytest.mark.parametrize(
    ("asked", "granted", "is_within"),
    [
        (scope(None), scope(None), True),
        (scope(None), scope(frozenset({ONE})), False),
        (scope(frozenset({ONE})), scope(None), True),
        (scope(frozenset({ONE})), scope(frozenset({ONE, TWO})), True),
        (scope(frozenset({ONE, TWO})), scope(frozenset({ONE})), False),
        (scope(None, MAY, JUNE), scope(None, MAY, JUNE), True),
        (scope(None, MAY, JULY), scope(None, MAY, JUNE), False),
        (scope(None, MAY, JUNE), scope(None, JUNE, JULY), False),
        (scope(None, JUNE), scope(None, MAY), True),
        (scope(None), scope(None, MAY), False),
        (scope(None, MAY), scope(None, None, JUNE), False),
    ],
)
def test_a_request_lies_within_a_grant_or_not(
    asked: AuditScope, granted: AuditScope, is_within: bool
) -> None:
    assert is_granted(asked, [granted]) is is_within


def test_two_grants_do_not_add_up_to_a_wider_one() -> None:
    assert not is_granted(scope(frozenset({ONE, TWO})), [scope(frozenset({ONE})), scope(frozenset({TWO}))])


def test_without_a_grant_nothing_is_granted() -> None:
    assert not is_granted(scope(frozenset({ONE})), [])


@pytest.mark.parametrize("asked", [scope(None), scope(frozenset({ONE, TWO}), MAY, JUNE), scope(None, MAY)])
def test_a_scope_written_and_read_again_is_the_same(asked: AuditScope) -> None:
    assert parse_audit_scope(json.dumps(claim_of(asked))) == asked


@pytest.mark.parametrize(
    "details",
    [
        None,
        [],
        {},
        [DETAIL, DETAIL],
        ["ebox_audit"],
        [{**DETAIL, "type": "payment"}],
        [{**DETAIL, "case": ""}],
        [{**DETAIL, "case": 7}],
        [{**DETAIL, "purpose": "x" * 257}],
        [{**DETAIL, "purpose": "\ud800"}],
        [{**DETAIL, "subject": "+"}],
        [{**DETAIL, "subject": []}],
        [{**DETAIL, "subject": ["81050103522"]}],
        [{**DETAIL, "subject": [7]}],
        [{**DETAIL, "period": "always"}],
        [{**DETAIL, "period": {"since": "2026-01-01T00:00:00Z"}}],
        [{**DETAIL, "period": {"from": "2026-01-01T00:00:00"}}],
        [{**DETAIL, "period": {"from": "yesterday"}}],
        [{**DETAIL, "period": {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}],
        [{**DETAIL, "more": 1}],
    ],
    ids=str,
)
def test_a_malformed_request_is_refused(details: Any) -> None:
    with pytest.raises(InvalidAuthorizationDetails):
        parse_audit_scope(json.dumps(details))


@pytest.mark.parametrize("text", ["", "{", "[" * 60_000, "x" * 70_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidAuthorizationDetails):
        parse_audit_scope(text)


def test_the_refusal_does_not_repeat_a_persons_number() -> None:
    with pytest.raises(InvalidAuthorizationDetails) as refusal:
        parse_audit_scope(json.dumps([{**DETAIL, "subject": ["81050103522"]}]))
    assert "81050103522" not in str(refusal.value)
