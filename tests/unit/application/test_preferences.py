"""Which preferences may be recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.preferences import NEVER_CHOSEN, Preferences, checked_language
from domain.errors import InvalidInput
from domain.events.mailbox import QuietHours

DUTCH = replace(NEVER_CHOSEN, language="nl")


def quiet(start: str = "22:00", end: str = "07:00", time_zone: str = "Europe/Brussels") -> Preferences:
    return replace(DUTCH, quiet_hours=QuietHours(start, end, time_zone))


@pytest.mark.parametrize(
    "wanted",
    [DUTCH, quiet(), quiet("00:00", "23:59"), quiet("07:00", "22:00"), quiet(time_zone="UTC")],
)
def test_what_can_be_meant_is_taken(wanted: Preferences) -> None:
    assert checked_language(wanted) == "nl"


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        (NEVER_CHOSEN, ["language"]),
        (replace(DUTCH, language="it"), ["language"]),
        (quiet("24:00"), ["quietHours.start"]),
        (quiet("7:00"), ["quietHours.start"]),
        (quiet(end="07:60"), ["quietHours.end"]),
        (quiet(end="07:00:00"), ["quietHours.end"]),
        (quiet("07:00", "07:00"), ["quietHours.end"]),
        (quiet(time_zone="Brussels"), ["quietHours.timeZone"]),
        (quiet(time_zone="../../etc/passwd"), ["quietHours.timeZone"]),
        (quiet(time_zone="+02:00"), ["quietHours.timeZone"]),
        (
            replace(quiet("x", "y", "z"), language=None),
            ["language", "quietHours.start", "quietHours.end", "quietHours.timeZone"],
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(wanted: Preferences, named: list[str]) -> None:
    with pytest.raises(InvalidInput) as raised:
        checked_language(wanted)
    assert [issue.field for issue in raised.value.issues] == named
