"""What a caller is told of errors that a repeat may mend."""

from __future__ import annotations

import pytest

from api.problems import problem_of
from domain.errors import Busy, OutcomeUnknown, Unavailable
from storage.errors import ObjectStoreUnavailable


@pytest.mark.parametrize(
    "error", [Busy("queue"), Unavailable("event store"), ObjectStoreUnavailable("objects")]
)
def test_where_nothing_was_done_the_caller_is_told_so(error: Exception) -> None:
    problem = problem_of(error)
    assert problem.kind.status == 503
    assert problem.detail == "Nothing was done; the same request may succeed later."


def test_where_it_may_have_been_done_the_caller_is_told_how_to_repeat_it() -> None:
    problem = problem_of(OutcomeUnknown("event store", retry_after=2))
    assert problem.kind.status == 503
    assert problem.detail is not None
    assert problem.detail.startswith("It may have been done.")
    assert "same Idempotency-Key" in problem.detail
    assert problem.headers == {"Retry-After": "2"}
