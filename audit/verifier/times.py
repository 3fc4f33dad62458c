"""What can be said of times without believing any clock.

Two times stand in a leaf. `logged` is when the audit log took the event; there is one audit log at a time,
and it never takes an earlier time than before. `time` is the event's own, read from some machine's clock
before the event was committed, while leaves lie in the order of commits. So:

- `logged` never goes back.
- `time` is at most `CLOCK_SKEW` after `logged`: an event cannot come from the future.
- `time` is at most `BEHIND` before the latest time of the leaves before it. An event whose commit came later
  had its time taken later, but for a clock that goes wrong by `CLOCK_SKEW` and for the wait for the commit:
  a batch is tried for up to two minutes, and another one may be tried before it (`COMMIT`). This also holds
  while the audit log was down or behind, which is why `time` is not compared with `logged` from below: after
  such a time all leaves are logged late, and only the order of commits tells who pretends to be old.
- No leaf was logged after the moment at which it is verified, `CLOCK_SKEW` apart.
- What a witness cosigned at a moment was logged by then, `CLOCK_SKEW` apart.

How late leaves were logged is told as a note: it says that the audit log was down, or that nothing happened
between an event's time and its commit that would prove the contrary.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from audit.leaf import Entry
from audit.verifier.findings import Report, Rule

CLOCK_SKEW: Final = timedelta(seconds=60)
"""How far two machines' clocks may be apart."""
COMMIT: Final = timedelta(seconds=240)
"""From the moment that a command takes its time to the moment that its events are committed, at most."""
BEHIND: Final = CLOCK_SKEW + COMMIT
LATE: Final = timedelta(seconds=60)
"""What is logged later than this after its time is counted."""

_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)


class Times:
    """Compares each leaf's times with those before."""

    def __init__(self, report: Report, wanted: Iterable[int]) -> None:
        """`wanted`: the sizes of trees of which the time of their last leaf is asked later."""
        self._report = report
        self._wanted = frozenset(wanted)
        self._logged = self._latest = _BEGINNING
        self._logged_text = ""
        self._late = 0
        self._longest = timedelta()
        self.logged_at: dict[int, datetime] = {}
        """By size: when the last leaf of the tree of that size was logged."""

    @property
    def logged(self) -> datetime:
        """When the last leaf was logged."""
        return self._logged

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        try:
            time = _moment(entry.time)
            logged = self._logged if entry.logged == self._logged_text else _moment(entry.logged)
        except ValueError:
            self._report.add(Rule.MALFORMED, "a time of it is none", index, entry.subject)
            return
        if logged < self._logged:
            what = f"it was logged at {entry.logged}, before the leaf before it"
            self._report.add(Rule.LOGGED_BACKWARDS, what, index, entry.subject)
        else:
            self._logged, self._logged_text = logged, entry.logged
        if time > logged:
            if time - logged > CLOCK_SKEW:
                what = f"its time {entry.time} is after {entry.logged}, when it was logged"
                self._report.add(Rule.FUTURE, what, index, entry.subject)
                return
        elif logged - time > LATE:
            self._late += 1
            self._longest = max(self._longest, logged - time)
        if time > self._latest:
            self._latest = time
        elif self._latest - time > BEHIND:
            committed = f"{self._latest:%Y-%m-%dT%H:%M:%SZ}, when others were committed before it"
            what = f"its time {entry.time} is before {committed}"
            self._report.add(Rule.BACK_DATED, what, index, entry.subject)
        if index + 1 in self._wanted:
            self.logged_at[index + 1] = self._logged

    def finish(self, last: int, now: datetime) -> None:
        """Tell how late leaves were logged, and whether the last one, number `last`, can have been yet."""
        if self._logged > now + CLOCK_SKEW:
            what = f"it was logged at {self._logged_text}, which is yet to come by the clock here"
            self._report.add(Rule.FUTURE, what, last)
        if self._late:
            self._report.notes.append(
                f"{self._late} events were logged more than {LATE.seconds} s after their time, the latest by "
                f"{self._longest.total_seconds():.0f} s: the audit log was down or behind then."
            )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if text[-1] != "Z" or moment.tzinfo is None:
        raise ValueError
    return moment
