"""When an owner may be mailed: not in the quiet hours, and the summary in the morning, by the owner's clock.

Where the clocks change, a local time may not exist, or come twice. Quiet hours then begin at the earliest
moment that it may mean and end at the latest: rather too long than a mail in the night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.clock import BRUSSELS
from domain.events.mailbox import QuietHours

SUMMARY_HOUR = 8
_DAY = timedelta(days=1)


def zone_of(hours: QuietHours | None) -> ZoneInfo:
    """The owner's time zone; Belgium's where none is known, or one that is known no more."""
    if hours is None:
        return BRUSSELS
    try:
        return ZoneInfo(hours.time_zone)
    except (LookupError, ValueError, OSError):  # which of these, depends on how the name is wrong
        return BRUSSELS


def quiet_until(hours: QuietHours | None, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` lies in; None where it lies in none.

    They may last over midnight. With the same beginning and end there are none.
    """
    if hours is None:
        return None
    start, end = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
    if start == end:
        return None
    zone = zone_of(hours)
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today):
        last = day if start < end else day + _DAY
        if _earliest(day, start, zone) <= now < (over := _latest(last, end, zone)):
            return over
    return None


def summaries(
    hours: QuietHours | None, now: datetime, hour: int = SUMMARY_HOUR
) -> Iterator[tuple[date, datetime]]:
    """The coming summaries, without end: each one's local day, and when it is sent.

    At that hour, or at the end of the quiet hours that it lies in.
    """
    zone = zone_of(hours)
    day = now.astimezone(zone).date() - _DAY
    while True:
        at = _latest(day, time(hour), zone)
        at = quiet_until(hours, at) or at
        if at >= now:
            yield at.astimezone(zone).date(), at
        day += _DAY


def _earliest(day: date, at: time, zone: ZoneInfo) -> datetime:
    return min(_readings(day, at, zone))


def _latest(day: date, at: time, zone: ZoneInfo) -> datetime:
    return max(_readings(day, at, zone))


def _readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What the local time may mean; both are the same but where the clocks change (PEP 495)."""
    local = datetime.combine(day, at, tzinfo=zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)
