"""What HTTP itself makes us refuse: bodies too large or too slow, media types, ranges.

    Refusal       answered with a problem
    ClientGone    nobody is there to answer to

Everything else that is refused is an error of the domain or of identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from api.problem_types import ProblemType
from domain.errors import Issue


class Refusal(Exception):
    """The request is refused with a problem of this kind.

    `closes`: the rest of the request's body will not be read, so that the connection ends with the answer.
    Whoever reads the body sets it.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        *issues: Issue,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.urn)
        self.kind = kind
        self.detail = detail
        self.issues: Sequence[Issue] = issues
        self.headers = dict(headers or {})
        self.closes = False


class ClientGone(Exception):
    """The client closed the connection before its request was complete."""
