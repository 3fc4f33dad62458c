"""Auditors' scopes, as they are asked for, decided about and shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, field
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.answers import Absent, Answer
from api.schemas.message_changes import uuid_given
from api.schemas.optional import if_any
from api.schemas.texts import StrictModel
from api.schemas.timestamps import parse_timestamp
from application.scopes import ScopePage, ScopeView
from domain.actors import AuditScope
from domain.errors import InvalidInput, Issue
from domain.scope import MAX_SUBJECTS, ScopeState
from identity.authorization_details import MAX_TEXT


def _printable(text: str) -> str:
    # As the token endpoint wants them: a scope that no token could name would be of no use.
    if not text.isprintable():
        raise PydanticCustomError("ebox_controlCharacter", "must be printable, on one line")
    return text


def _moment(given: object) -> datetime:
    try:
        return parse_timestamp(given if isinstance(given, str) else "")
    except ValueError:
        raise PydanticCustomError(
            "ebox_schemaViolation", "must be an existing time with its offset, as RFC 3339 writes it"
        ) from None


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_printable)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
MailboxId = Annotated[UUID, BeforeValidator(uuid_given)]


class ScopePeriod(StrictModel):
    """Which moments may be looked at; an end that is left out is open."""

    start: Moment | None = Field(default=None, alias="from")
    end: Moment | None = Field(default=None, alias="to")


class ScopeRequest(StrictModel):
    """What an auditor wants to look at, in the words of `authorization_details` of type `ebox_audit`."""

    case: Text
    purpose: Text
    subject: Literal["*"] | Annotated[list[MailboxId], Field(min_length=1, max_length=MAX_SUBJECTS)]
    period: ScopePeriod = Field(default_factory=ScopePeriod)

    def asked(self) -> AuditScope:
        """What it asks for; `InvalidInput` where the period ends before it starts."""
        start, end = self.period.start, self.period.end
        if start is not None and end is not None and start > end:
            raise InvalidInput(Issue("period", "endsBeforeStart", "must not end before it starts"))
        subjects = frozenset(self.subject) if isinstance(self.subject, list) else None
        return AuditScope(self.case, self.purpose, subjects, start, end)


class ScopeApproval(StrictModel):
    """Until when may be looked, at most 366 days; and until when owners are not told, at most 731 days."""

    valid_until: Moment
    embargo_until: Moment | None = None


class ScopeReason(StrictModel):
    """Why; no names of persons."""

    reason: Text


class PeriodAnswer(Answer, kw_only=True):
    """Which moments may be looked at; an end that is absent is open."""

    start: datetime | Absent = field(default=UNSET, name="from")
    to: datetime | Absent = UNSET


class ScopeDecision(Answer, kw_only=True):
    """What an auditor, by client id, decided about a scope, and when."""

    auditor: str
    at: datetime
    reason: str | Absent = UNSET


class ScopeAnswer(Answer, kw_only=True):
    """A scope as it stands. `withdrawn` may come on top of `approved`."""

    scope_id: UUID
    state: Annotated[str, Meta(extra_json_schema={"enum": [state.value for state in ScopeState]})]
    case: str
    purpose: str
    subject: Annotated[list[UUID] | Literal["*"], Meta(description="Mailbox ids, or * for every mailbox.")]
    period: PeriodAnswer | Absent = UNSET
    requested: ScopeDecision
    approved: ScopeDecision | Absent = UNSET
    refused: ScopeDecision | Absent = UNSET
    withdrawn: ScopeDecision | Absent = UNSET
    valid_until: Annotated[datetime, Meta(description="Nothing is looked at any more.")] | Absent = UNSET
    embargo_until: (
        Annotated[datetime, Meta(description="Until then owners see that something was looked at, not what.")]
        | Absent
    ) = UNSET


class ScopesAnswer(Answer, kw_only=True):
    """A page of all auditors' scopes, newest first."""

    items: list[ScopeAnswer]
    next_cursor: (
        Annotated[str, Meta(description="Continues after the last item; absent at the end.")] | Absent
    ) = UNSET


def scopes_answer(page: ScopePage, cursor: Callable[[int], str]) -> ScopesAnswer:
    """A page of scopes."""
    return ScopesAnswer(
        items=[scope_answer(view) for view in page.scopes],
        next_cursor=UNSET if page.next_position is None else cursor(page.next_position),
    )


def scope_answer(view: ScopeView) -> ScopeAnswer:
    """One scope."""
    scope = view.scope
    asked, approved = scope.asked, scope.approved
    is_open = asked.start is None and asked.end is None
    return ScopeAnswer(
        scope_id=scope.id,
        state=view.state.value,
        case=asked.case,
        purpose=asked.purpose,
        subject="*" if asked.subjects is None else sorted(asked.subjects),
        period=UNSET if is_open else PeriodAnswer(start=if_any(asked.start), to=if_any(asked.end)),
        requested=ScopeDecision(auditor=scope.requested.client_id, at=scope.requested.timestamp),
        approved=_decision(approved),
        refused=_decision(scope.refused),
        withdrawn=_decision(scope.withdrawn),
        valid_until=approved.valid_until if approved else UNSET,
        embargo_until=if_any(approved.embargo_until) if approved else UNSET,
    )


def _decision(event: Any) -> ScopeDecision | Absent:
    if event is None:
        return UNSET
    reason = if_any(getattr(event, "reason", None))
    return ScopeDecision(auditor=event.client_id, at=event.timestamp, reason=reason)
