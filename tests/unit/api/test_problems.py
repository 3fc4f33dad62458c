"""What a caller is told of errors that a repeat may mend."""

from __future__ import annotations

import pytest

from api.problems import problem_of
from domain.errors import Busy, LimitReached, NotActivated, OutcomeUnknown, Unavailable
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


def test_whoever_never_logged_in_is_told_to() -> None:
    problem = problem_of(NotActivated("its owner never logged in"))
    assert problem.kind.status == 409
    assert problem.detail == "The mailbox is not in use yet: log in and accept the terms first."


def test_whoever_did_it_too_often_is_told_when_it_may_be_done_again() -> None:
    problem = problem_of(LimitReached("codes", retry_after=61))
    assert (problem.kind.status, problem.headers) == (429, {"Retry-After": "61"})
