"""A problem as the API's description shows it; `api/problems.py` makes them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from api.schemas.answers import Absent, Answer


class ProblemIssue(Answer, kw_only=True):
    """One thing wrong with the input. What was sent is not repeated."""

    type: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    title: str
    detail: str
    in_: Literal["body", "header", "path", "query"] = msgspec.field(name="in")
    name: str


class Problem(Answer, kw_only=True):
    """An RFC 9457 problem, in the style of the Belgian REST guide. Go by `type`; texts may be reworded."""

    type: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    href: Annotated[str, Meta(extra_json_schema={"format": "uri"})] | Absent = UNSET
    title: str
    status: int
    detail: str | Absent = UNSET
    instance: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    issues: list[ProblemIssue] | Absent = UNSET
