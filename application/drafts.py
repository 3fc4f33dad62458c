"""Whether a draft keeps the rules that it can break by itself."""

from __future__ import annotations

from application.payments import check_payment
from domain.draft import MessageDraft
from domain.draft_rules import draft_issues
from domain.errors import InvalidInput


def check(draft: MessageDraft) -> None:
    """Raise `InvalidInput` with an issue for each rule that is broken."""
    issues = draft_issues(draft)
    if draft.payment is not None:
        issues += check_payment(draft.payment)
    if issues:
        raise InvalidInput(*issues)
