"""Examples of what is answered about auditors' scopes."""

from __future__ import annotations

from typing import Final

from api.description import ids
from api.schemas import scopes
from api.schemas.answers import Answer

_SCOPE: Final = scopes.ScopeAnswer(
    scope_id=ids.SCOPE,
    state="approved",
    case="2027-117",
    purpose="Complaint about a missing letter",
    subject=[ids.MAILBOX],
    period=scopes.PeriodAnswer(start=ids.PUBLISHED_AT, to=ids.DUE_AT),
    requested=scopes.ScopeDecision(auditor="demo-auditor-1", at=ids.PUBLISHED_AT),
    approved=scopes.ScopeDecision(auditor="demo-auditor-2", at=ids.READ_AT),
    valid_until=ids.DUE_AT,
)

SCOPE_ANSWERS: Final[tuple[Answer, ...]] = (_SCOPE, scopes.ScopesAnswer(items=[_SCOPE]))
