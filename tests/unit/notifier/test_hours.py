"""Quiet hours and the hour of the summary, by the owner's clock, on the days when it changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events.mailbox import QuietHours
from notifier.hours import quiet_until, summaries, zone_of

BRUSSELS = "Europe/Brussels"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "zone", "now", "until"),
    [
        ("22:00", "07:00", BRUSSELS, "2026-01-15T20:59:59", None),
        ("22:00", "07:00", BRUSSELS, "2026-01-15T21:00:00", "2026-01-16T06:00:00"),
        ("22:00", "07:00", BRUSSELS, "2026-01-16T03:00:00", "2026-01-16T06:00:00"),
        ("22:00", "07:00", BRUSSELS, "2026-01-16T06:00:00", None),
        ("12:00", "14:00", BRUSSELS, "2026-07-01T11:30:00", "2026-07-01T12:00:00"),
        ("12:00", "14:00", BRUSSELS, "2026-07-01T12:00:00", None),
        ("22:00", "07:00", "America/New_York", "2026-01-16T04:00:00", "2026-01-16T12:00:00"),
        ("22:00", "07:00", "Mars/Olympus", "2026-01-15T22:00:00", "2026-01-16T06:00:00"),
        ("09:00", "09:00", BRUSSELS, "2026-01-15T08:30:00", None),
        # Clocks go forward at 02:00 on 29 March: the night is an hour shorter.
        ("22:00", "07:00", BRUSSELS, "2026-03-29T04:59:59", "2026-03-29T05:00:00"),
        # 02:30 does not exist that day: it ends at its latest reading, it begins at its earliest.
        ("22:00", "02:30", BRUSSELS, "2026-03-29T01:00:00", "2026-03-29T01:30:00"),
        ("02:30", "07:00", BRUSSELS, "2026-03-29T00:30:00", "2026-03-29T05:00:00"),
        # Clocks go back at 03:00 on 25 October: 02:30 comes at 00:30 and again at 01:30 UTC.
        ("22:00", "02:30", BRUSSELS, "2026-10-25T00:45:00", "2026-10-25T01:30:00"),
        ("02:30", "07:00", BRUSSELS, "2026-10-25T00:30:00", "2026-10-25T06:00:00"),
    ],
)
def test_quiet_hours_last_until_their_end_by_the_owners_clock(
    start: str, end: str, zone: str, now: str, until: str | None
) -> None:
    assert quiet_until(QuietHours(start, end, zone), utc(now)) == (utc(until) if until else None)


def test_who_has_no_quiet_hours_is_never_quiet() -> None:
    assert quiet_until(None, utc("2026-01-15T02:00:00")) is None


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        (
            None,
            "2026-01-15T06:00:00",
            [("2026-01-15", "2026-01-15T07:00:00"), ("2026-01-16", "2026-01-16T07:00:00")],
        ),
        (None, "2026-01-15T07:00:01", [("2026-01-16", "2026-01-16T07:00:00")]),
        (
            None,
            "2026-03-28T12:00:00",
            [("2026-03-29", "2026-03-29T06:00:00"), ("2026-03-30", "2026-03-30T06:00:00")],
        ),
        (("22:00", "09:30", BRUSSELS), "2026-01-15T06:00:00", [("2026-01-15", "2026-01-15T08:30:00")]),
        (("07:00", "01:00", BRUSSELS), "2026-01-15T12:00:00", [("2026-01-16", "2026-01-16T00:00:00")]),
        (("22:00", "07:00", "Asia/Tokyo"), "2026-01-15T12:00:00", [("2026-01-16", "2026-01-15T23:00:00")]),
    ],
)
def test_the_summary_comes_at_eight_or_when_the_quiet_hours_around_it_end(
    hours: tuple[str, str, str] | None, now: str, expected: list[tuple[str, str]]
) -> None:
    coming = islice(summaries(QuietHours(*hours) if hours else None, utc(now)), len(expected))

    assert list(coming) == [(date.fromisoformat(day), utc(at)) for day, at in expected]


_TIMES = st.times().map(lambda time: time.strftime("%H:%M"))
_HOURS = st.builds(QuietHours, _TIMES, _TIMES, st.sampled_from([BRUSSELS, "Asia/Kolkata", "Pacific/Apia"]))
_NOW = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - it gets its zone here


@given(_HOURS, _NOW)
def test_no_quiet_hours_last_for_ever_and_no_summary_falls_into_them(
    hours: QuietHours, now: datetime
) -> None:
    until = quiet_until(hours, now)
    assert until is None or now < until <= now + timedelta(days=2)

    (day, at), (next_day, _) = islice(summaries(hours, now), 2)
    assert at >= now
    assert day < next_day
    assert at.astimezone(ZoneInfo(hours.time_zone)).date() == day


@given(_HOURS, _NOW)
def test_by_the_wall_clock_nobody_is_mailed_in_their_quiet_hours(hours: QuietHours, now: datetime) -> None:
    wall = now.astimezone(zone_of(hours)).strftime("%H:%M")
    over_midnight = hours.start > hours.end
    inside = wall >= hours.start or wall < hours.end if over_midnight else hours.start <= wall < hours.end

    assert not inside or quiet_until(hours, now) is not None
