"""Further recipients of a message, and what became of each of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from msgspec import UNSET, Meta
from pydantic import ConfigDict, Field

from api.problems import problem_document, problem_of
from api.schemas.answers import Absent, Answer
from api.schemas.message_to_publish import Recipient
from api.schemas.problem import Problem
from api.schemas.recipients import identifier_of
from api.schemas.texts import StrictModel
from application.linking import ITEMS, MAX_RECIPIENTS, Link, LinkResult
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier

_EXAMPLE: Final[dict[str, Any]] = {
    "items": [
        {"eboxType": "citizen", "ssin": "19082416188"},
        {"eboxType": "enterprise", "enterpriseNumber": "0884303369"},
    ]
}


class RecipientsToLink(StrictModel):
    """To whom else a message goes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    items: Annotated[list[Recipient], Field(min_length=1, max_length=MAX_RECIPIENTS)]

    def identifiers(self) -> list[Identifier]:
        """Their numbers. Raises `InvalidInput` naming each that is none."""
        found: list[Identifier] = []
        issues: list[Issue] = []
        for place, recipient in enumerate(self.items):
            try:
                found.append(identifier_of(recipient, f"{ITEMS}[{place}]"))
            except InvalidInput as error:
                issues += error.issues
        if issues:
            raise InvalidInput(*issues)
        return found


class LinkAnswer(Answer, kw_only=True):
    """What became of one recipient, in the order they were given."""

    status: Annotated[int, Meta(description="201 where they have the message now, else the problem's.")]
    code: Literal["NO_DIGITAL_USER"] | Absent = UNSET
    problem: Problem | Absent = UNSET


class LinkAnswers(Answer, kw_only=True):
    """What became of each recipient."""

    expiration_date: datetime
    items: list[LinkAnswer]
    total_items: int


def link_answers(result: LinkResult, request_id: UUID) -> LinkAnswers:
    """The answer; problems have the request's id."""
    items = [_answer(link, request_id) for link in result.links]
    return LinkAnswers(expiration_date=result.expires_at, items=items, total_items=len(items))


def _answer(link: Link, request_id: UUID) -> LinkAnswer:
    if link.issue is None:
        return LinkAnswer(status=201, code=UNSET if link.is_activated else "NO_DIGITAL_USER")
    problem: Any = problem_document(problem_of(InvalidInput(link.issue)), request_id)
    return LinkAnswer(status=problem["status"], problem=problem)
