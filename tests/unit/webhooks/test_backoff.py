"""When it is tried again, and when no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from domain.clock import FixedClock
from webhooks.backoff import Backoff
from webhooks.circuit import LONGEST, Circuit

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOTHING = timedelta()


class Highest(Random):
    """Draws the highest number each time."""

    def random(self) -> float:
        """Nearly 1."""
        return 1.0


def test_the_ceiling_doubles_up_to_two_hours() -> None:
    backoff = Backoff(draws=Highest())
    waits = [backoff.wait_after(attempt, NOTHING) for attempt in range(1, 14)]
    assert waits[:4] == [10 * SECOND, 20 * SECOND, 40 * SECOND, 80 * SECOND]
    assert waits[10:] == [2 * HOUR] * 3


def test_full_jitter_draws_evenly_from_nothing_to_the_ceiling() -> None:
    backoff = Backoff(draws=Random(7))  # noqa: S311 - the same draws in every run
    waits = [backoff.wait_after(5, NOTHING) for _ in range(1000)]
    seconds = [wait.total_seconds() for wait in waits if wait is not None]
    assert len(seconds) == 1000
    assert 0 <= min(seconds) < 5
    assert 155 < max(seconds) <= 160
    assert 70 < sum(seconds) / 1000 < 90


def test_it_is_tried_for_24_hours_the_last_time_at_their_end() -> None:
    backoff = Backoff(draws=Highest())
    assert backoff.wait_after(12, 23 * HOUR) == HOUR
    assert backoff.wait_after(12, 24 * HOUR) is None


def test_short_draws_come_to_an_end_too() -> None:
    assert Backoff().wait_after(200, NOTHING) is None


@pytest.mark.parametrize(
    ("asked", "waits"), [(30 * SECOND, 30 * SECOND), (5 * SECOND, 10 * SECOND), (100 * HOUR, 2 * HOUR)]
)
def test_a_receiver_may_ask_for_more_patience_within_bounds(asked: timedelta, waits: timedelta) -> None:
    assert Backoff(draws=Highest()).wait_after(1, NOTHING, asked) == waits


def test_a_failing_receiver_is_left_in_peace_and_then_tried_with_one_event() -> None:
    clock, circuit = FixedClock(datetime(2026, 3, 1, tzinfo=UTC)), Circuit()
    assert circuit.room(clock.now(), under_way=3, at_once=8) == 5

    circuit.failed(clock.now())
    assert circuit.room(clock.now(), 0, 8) == 0

    clock.advance(SECOND)
    assert circuit.room(clock.now(), 0, 8) == 1
    assert circuit.room(clock.now(), 1, 8) == 0

    circuit.answered()
    assert circuit.room(clock.now(), 0, 8) == 8


def test_the_pause_grows_with_each_round_not_with_each_event_under_way() -> None:
    clock, circuit = FixedClock(datetime(2026, 3, 1, tzinfo=UTC)), Circuit()
    for _ in range(8):
        circuit.failed(clock.now())
    clock.advance(SECOND)
    assert circuit.room(clock.now(), 0, 8) == 1
    for _ in range(20):
        circuit.failed(clock.now())
        clock.advance(LONGEST)
    circuit.failed(clock.now())
    clock.advance(LONGEST / 2 - SECOND)
    assert circuit.room(clock.now(), 0, 8) == 0
    clock.advance(LONGEST / 2 + SECOND)
    assert circuit.room(clock.now(), 0, 8) == 1


def test_a_pause_that_is_asked_for_is_kept_up_to_an_hour() -> None:
    clock, circuit = FixedClock(datetime(2026, 3, 1, tzinfo=UTC)), Circuit()
    circuit.failed(clock.now(), timedelta(days=30))
    clock.advance(HOUR - SECOND)
    assert circuit.room(clock.now(), 0, 8) == 0
    clock.advance(SECOND)
    assert circuit.room(clock.now(), 0, 8) == 1
