"""What an auditor asks to look at: `authorization_details` of type `ebox_audit` (RFC 9396).

    {"type": "ebox_audit", "case": "…", "purpose": "…", "subject": "*" or ["<mailbox id>", …],
     "period": {"from": "<RFC 3339>", "to": "<RFC 3339>"}, "scope": "<scope id>"}

`period` and each of its ends may be left out: open. `scope` picks one of several approved scopes that cover
the rest; a token always says which one it lies within. A token carries exactly one such detail, so that every
look that it opens has one case and one purpose.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.actors import AuditScope
from identity.errors import InvalidAuthorizationDetails

AUDIT_TYPE = "ebox_audit"
MAX_CHARACTERS = 65_536
MAX_TEXT = 256
_FIELDS = {"type", "case", "purpose", "subject", "period", "scope"}


def parse_audit_scope(text: str) -> AuditScope:
    """The one scope in the parameter's JSON text; `InvalidAuthorizationDetails` says what is wrong."""
    return audit_scope_of(details_in(text))


def audit_scope_of(details: object) -> AuditScope:
    """The one scope in a list of details, as a request or a token carries it."""
    detail = one_detail(details, AUDIT_TYPE, _FIELDS)
    start, end = _period(detail.get("period"))
    return AuditScope(
        _text(detail, "case"),
        _text(detail, "purpose"),
        _subjects(detail.get("subject")),
        start,
        end,
        _scope_id(detail.get("scope")),
    )


def details_in(text: str) -> object:
    """What the parameter's JSON text says. Raises `InvalidAuthorizationDetails`."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidAuthorizationDetails("authorization_details is too long")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidAuthorizationDetails("authorization_details is not JSON") from None


def one_detail(details: object, of_type: str, known: Collection[str]) -> dict[str, Any]:
    """The one detail there has to be, of that type, with known fields alone."""
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise InvalidAuthorizationDetails("authorization_details must be a list of one object")
    detail: dict[str, Any] = details[0]
    if detail.get("type") != of_type:
        raise InvalidAuthorizationDetails(f"the only type here is {of_type}")
    # RFC 9396 §5: fields that the type does not know are refused, not ignored.
    if unknown := sorted(set(detail) - set(known)):
        raise InvalidAuthorizationDetails(f"unknown field {unknown[0][:40]}")
    return detail


def claim_of(scope: AuditScope) -> list[dict[str, Any]]:
    """The scope as a token's claim and as the token endpoint's answer (RFC 9396 §7)."""
    detail: dict[str, Any] = {
        "type": AUDIT_TYPE,
        "case": scope.case,
        "purpose": scope.purpose,
        "subject": "*" if scope.subjects is None else sorted(str(subject) for subject in scope.subjects),
    }
    ends = {"from": scope.start, "to": scope.end}
    if period := {name: moment.isoformat() for name, moment in ends.items() if moment is not None}:
        detail["period"] = period
    if scope.id is not None:
        detail["scope"] = str(scope.id)
    return [detail]


def is_granted(asked: AuditScope, granted: Sequence[AuditScope]) -> bool:
    """Whether one granted scope covers all that is asked for."""
    return any(asked.lies_within(grant) for grant in granted)


def _text(detail: dict[str, Any], name: str) -> str:
    value = detail.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise InvalidAuthorizationDetails(f"{name} must be a text of 1 to {MAX_TEXT} printable characters")
    return value


def _subjects(value: object) -> frozenset[UUID] | None:
    if value == "*":
        return None
    if not isinstance(value, list) or not value:
        raise InvalidAuthorizationDetails('subject must be "*" or a list of mailbox ids')
    try:
        return frozenset(UUID(subject) for subject in value)
    except (ValueError, TypeError, AttributeError):
        raise InvalidAuthorizationDetails("subject holds something that is not a mailbox id") from None


def _scope_id(value: object) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise InvalidAuthorizationDetails("scope must be a scope's id") from None


def _period(value: object) -> tuple[datetime | None, datetime | None]:
    if value is None:
        return None, None
    if not isinstance(value, dict) or not set(value) <= {"from", "to"}:
        raise InvalidAuthorizationDetails("period must be an object with from and to")
    start, end = _moment(value.get("from")), _moment(value.get("to"))
    if start is not None and end is not None and start > end:
        raise InvalidAuthorizationDetails("period ends before it starts")
    return start, end


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise InvalidAuthorizationDetails("period holds something that is not an RFC 3339 moment") from None
    if moment.tzinfo is None:
        raise InvalidAuthorizationDetails("a moment needs its offset (RFC 3339)")
    return moment.astimezone(UTC)
