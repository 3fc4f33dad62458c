"""What can go wrong, by what the caller can do about it.

    EboxError
    ├── Refused            eBox said no: repeating the same request changes nothing
    │   └── NotAuthenticated   of who is calling: no other request will be taken either
    ├── Unavailable        no answer, or "not now", until the attempts were used up: repeat with the same key
    └── UnexpectedAnswer   something answered that does not speak eBox's protocol

The texts name types of problems and fields, never what was sent: no number or name gets into a log by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with a request: the field's path, a stable code, and prose."""

    code: str
    name: str
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer of `application/problem+json` (RFC 9457). `raw` is all of it."""

    status: int
    type: str
    title: str
    issues: Sequence[Issue] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, document: Any, status: int) -> Problem:
        """The problem in this JSON; what is missing or is of another type is as if it had not been given."""
        raw = document if isinstance(document, dict) else {}
        issues = [
            Issue(_text(one, "title"), _text(one, "name"), _text(one, "detail"))
            for one in raw.get("issues") or ()
            if isinstance(one, dict)
        ]
        return cls(status, _text(raw, "type") or "about:blank", _text(raw, "title"), tuple(issues), raw)

    @property
    def codes(self) -> list[str]:
        """What it is about in stable words: the issues' codes, or the last word of the type."""
        return sorted({issue.code for issue in self.issues}) or [self.type.rpartition(":")[2]]

    def __str__(self) -> str:
        named = [f"{issue.name} ({issue.code})" for issue in self.issues]
        return f"{self.status} {self.title}" + (f": {', '.join(named)}" if named else "")


class EboxError(Exception):
    """Base of all that this package raises on purpose."""


class Refused(EboxError):
    """eBox said no, and says why in `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class NotAuthenticated(Refused):
    """No token was given for the client, or its token was not taken."""


class Unavailable(EboxError):
    """There was no answer, or only ones to come back later. Whether it was done is not known.

    Repeat it with the same `idempotency_key`: it will be done once. `problem` is what was answered last.
    """

    def __init__(self, idempotency_key: str, problem: Problem | None = None) -> None:
        reason = str(problem) if problem else "no answer"
        super().__init__(f"eBox is not available: {reason}")
        self.idempotency_key = idempotency_key
        self.problem = problem


class UnexpectedAnswer(EboxError):
    """Something answered that is not eBox, or not this version of it."""


def problem_in(response: httpx.Response) -> Problem:
    """The problem that the response tells of, as far as it does."""
    try:
        document = response.json()
    except ValueError:
        document = {}
    problem = Problem.of(document, response.status_code)
    return problem if problem.title else Problem(problem.status, problem.type, response.reason_phrase)


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
