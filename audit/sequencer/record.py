"""What the audit log puts on record of itself, in its one stream: that it began, its keys, and each day.

Each decision is made on the stream as it is, and appended at the place behind it: of two that decide at once
the event store admits one, and the other looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from audit.tlog.notes import SignerKey
from domain.clock import Clock
from domain.errors import Busy
from domain.events import Event
from domain.events.audit_log import AuditLogBegan, AuditLogDayClosed, AuditLogKeyRotated
from domain.ids import audit_log_id, new_id
from eventstore.errors import VersionConflict
from eventstore.store import EventStore

_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the stream says. `origins`: of all logs that were begun, and `origin` of the last; `began_on`: the
    day on which that was.
    """

    version: int = 0
    at: datetime | None = None
    origin: str | None = None
    origins: frozenset[str] = frozenset()
    vkeys: Sequence[str] = ()
    began_on: date | None = None
    closed: date | None = None

    def after(self, event: Event) -> OnRecord:
        """The same with one event more."""
        now = replace(self, version=event.originator_version, at=event.timestamp)
        if isinstance(event, AuditLogBegan):
            return replace(
                now,
                origin=event.origin,
                origins=self.origins | {event.origin},
                vkeys=event.vkeys,
                began_on=event.timestamp.date(),
            )
        if isinstance(event, AuditLogKeyRotated):
            return replace(now, vkeys=event.vkeys)
        if isinstance(event, AuditLogDayClosed):
            return replace(now, closed=event.day)
        raise TypeError(f"{event.TOPIC} does not belong into the audit log's stream")


class OwnRecord:
    """Decides and appends. Blocks. Raises `domain.errors.Retryable` where the event store takes nothing."""

    def __init__(self, events: EventStore, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._known: OnRecord | None = None

    def enter_keys(self, keys: Sequence[SignerKey]) -> bool:
        """See that these keys, the current one first, are on record; whether they were not."""
        origin, vkeys = keys[0].name, [key.verifier.text for key in keys]

        def decide(known: OnRecord, at: datetime) -> Event | None:
            if known.origin != origin:
                return _event(AuditLogBegan, known, at, origin=origin, vkeys=vkeys)
            if list(known.vkeys) != vkeys:
                return _event(AuditLogKeyRotated, known, at, vkeys=vkeys)
            return None

        return self._append(decide)

    def has_begun(self, origin: str) -> bool:
        """Whether the log of this name is the one on record."""
        return self._load().origin == origin

    def has_ever_begun(self, origin: str) -> bool:
        """Whether a log of this name is on record, also where another one was begun since."""
        return origin in self._load().origins

    def close_day(self) -> bool:
        """Close yesterday (UTC), unless that is done, or the log began only today; whether it was closed."""
        if self._known is not None and self._day_to_close(self._known, self._clock.now()) is None:
            return False

        def decide(known: OnRecord, at: datetime) -> Event | None:
            day = self._day_to_close(known, at)
            return None if day is None else _event(AuditLogDayClosed, known, at, day=day)

        return self._append(decide)

    def _day_to_close(self, known: OnRecord, at: datetime) -> date | None:
        yesterday = at.date() - timedelta(days=1)
        is_due = known.began_on is not None and yesterday >= known.began_on
        is_closed = known.closed is not None and known.closed >= yesterday
        return yesterday if is_due and not is_closed else None

    def _append(self, decide: Callable[[OnRecord, datetime], Event | None]) -> bool:
        for _ in range(_TRIES):
            known = self._known = self._load()
            fact = decide(known, self._clock.now())
            if fact is None:
                return False
            try:
                self._events.append_now(fact)
            except VersionConflict:
                continue
            self._known = known.after(fact)
            return True
        raise Busy("others write to the audit log's stream all the time")

    def _load(self) -> OnRecord:
        known = OnRecord()
        for event in self._events.events_of(audit_log_id()):
            known = known.after(event)
        return known


def _event(event_class: type[Event], known: OnRecord, at: datetime, **facts: Any) -> Event:
    # As everywhere: a stream's time never goes back, whichever clock it was.
    moment = at if known.at is None else max(at, known.at)
    facts |= {
        "originator_id": audit_log_id(),
        "originator_version": known.version + 1,
        "timestamp": moment,
        "event_id": new_id(),
    }
    return event_class(**facts)
