"""`errors.md`: every kind of problem, and every code that an issue within one can have."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from api import problem_types
from api.problem_types import ProblemType, issue_urn
from docs.reference.pages.issues import FoundIssue, issues
from docs.reference.pages.tables import page, sentence, table

INTRODUCTION: Final = """\
# Errors

Every error is `application/problem+json` (RFC 9457). Go by `type`; titles and details may be reworded.
`instance` is the request's id, which our log has too. What was sent is never repeated in an answer.
Below `/messageRegistry/v2` and `/federation/v1` the same errors are
[status messages](../howto/switch-from-the-belgian-ebox.md#errors), as the public descriptions have them.
"""
ISSUES: Final = """
## Issues

A problem that is about the input names each thing wrong in `issues`: `type` (a URN that ends in the code),
`title` (the code), `detail`, `in` (body, header, path or query) and `name` (the field, in your own words:
`messageToPublish.subject.nl`). At most 50 are named. They come with 400, or with the status named here. `…`
stands for what differs from case to case.
"""


def errors() -> str:
    """The page."""
    return page(
        INTRODUCTION,
        *table(("`type`", "status", "when"), _kinds()),
        ISSUES,
        *table(("code", "status", "detail"), _codes()),
        "",
        f"Codes of the Belgian REST guide are `{issue_urn('schemaViolation').rpartition(':')[0]}:…`, ours",
        f"`{issue_urn('ours').rpartition(':')[0]}:…`.",
    )


def _kinds() -> Iterator[tuple[str, str, str]]:
    meanings = _docstrings_of_constants(inspect.getsource(problem_types))
    for name, kind in vars(problem_types).items():
        if isinstance(kind, ProblemType):
            urn = f"[`{kind.urn}`]({kind.href})" if kind.href else f"`{kind.urn}`"
            yield urn, str(kind.status), sentence(meanings[name])


def _docstrings_of_constants(source: str) -> dict[str, str]:
    """The text under each constant: what Python itself does not keep."""
    body = ast.parse(source).body
    found = {}
    for statement, following in pairwise(body):
        match statement, following:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = text
    return found


def _codes() -> Iterator[tuple[str, str, str]]:
    by_code: dict[str, list[FoundIssue]] = {}
    for issue in issues():
        by_code.setdefault(issue.code, []).append(issue)
    for code, found in sorted(by_code.items(), key=lambda one: one[0].lower()):
        statuses = sorted({one.status for one in found})
        told = [] if statuses == [400] else statuses
        details = sorted({one.detail for one in found if one.detail})
        yield f"`{code}`", ", ".join(map(str, told)), " · ".join(details)
