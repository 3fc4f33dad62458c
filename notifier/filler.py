"""Follows the log and puts into the outbox what somebody is to be told. One copy works, the others stand by.

For each page: decide → append `notification.queued` → add the outbox rows and move the position, in one
transaction. A crash between the two steps repeats the page, and that is harmless (see `notifier.queueing`).
No other order would do: rows without their event would be sent off the record.

What the page says was opened needs no telling any more: what is due about it is cancelled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event as Flag
from uuid import UUID

import structlog

from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import Conflict, Retryable
from domain.events.message import MessageOpened
from domain.events.notification import NotificationKind
from eventstore.errors import LeadershipLost
from eventstore.follower import Follower
from eventstore.recorder import RecordedEvent
from eventstore.store import EventStore
from notifier.errors import PositionMoved, SummaryClosed
from notifier.hours import SUMMARY_HOUR
from notifier.occasions import TOPICS, Occasion, occasion_of
from notifier.outbox import Outbox
from notifier.queueing import Queueing

ROLE = "outbox-filler"
POSITION_EVERY = 500
"""How far the log is read without anything to notify before the position is kept all the same."""

_PAUSE_SECONDS = 1.0
_LEASE = timedelta(minutes=1)
"""How long a notification that is being cancelled is kept from the senders: killed meanwhile, they look."""

_log = structlog.get_logger(__name__)


class Filler:
    """The filling half of the notifier. `on_filled` is called after rows became due; it must not raise."""

    def __init__(
        self,
        events: EventStore,
        outbox: Outbox,
        clock: Clock,
        on_filled: Callable[[], None] = lambda: None,
        *,
        summary_hour: int = SUMMARY_HOUR,
    ) -> None:
        self._events = events
        self._outbox = outbox
        self._clock = clock
        self._on_filled = on_filled
        self._queueing = Queueing(events, outbox, clock, summary_hour)
        self._stopping = Flag()
        self._follower: Follower | None = None

    def run(self) -> None:
        """Fill until stopped, beginning again where the outbox says after each trouble. Blocks.

        Raises what trying again cannot mend, such as an event that cannot be read.
        """
        leadership = self._events.leadership(ROLE)
        while not self._stopping.is_set():
            try:
                if leadership.acquire(self._stopping):
                    self._follow(leadership.check)
            except (Retryable, Conflict, LeadershipLost, PositionMoved, SummaryClosed) as trouble:
                _log.warning("filler.interrupted", error=type(trouble).__name__, cause=cause_of(trouble))
                self._stopping.wait(_PAUSE_SECONDS)
            finally:
                leadership.release()

    def stop(self) -> None:
        """Let `run` return, within about a second. From any thread."""
        self._stopping.set()
        follower = self._follower
        if follower is not None:
            follower.stop()

    def _follow(self, check_leadership: Callable[[], None]) -> None:
        position = self._outbox.position()
        in_doubt_until = self._events.max_position()
        follower = self._follower = self._events.follow(position)
        try:
            while not self._stopping.is_set():
                page = follower.next_page()
                if not page:
                    continue
                check_leadership()
                rows = self._queueing.queue(self._occasions(follower, page, in_doubt_until))
                end = page[-1].position
                if rows or end - position >= POSITION_EVERY:
                    self._outbox.fill(rows, position, end)
                    position = end
                if rows:
                    self._on_filled()
                self._cancel(page)
        finally:
            self._follower = None
            follower.close()

    def _occasions(
        self, follower: Follower, page: Sequence[RecordedEvent], in_doubt_until: int
    ) -> list[tuple[Occasion, bool]]:
        relevant = [recorded for recorded in page if recorded.stored.topic in TOPICS]
        return [
            (occasion, position <= in_doubt_until)
            for position, event in follower.decode(relevant)
            if (occasion := occasion_of(event)) is not None
        ]

    def _cancel(self, page: Sequence[RecordedEvent]) -> None:
        opened = [
            UUID(str(one.stored.originator_id)) for one in page if one.stored.topic == MessageOpened.TOPIC
        ]
        if not opened:
            return
        now = self._clock.now()
        for claim in self._outbox.claim_about(opened, len(opened) * len(NotificationKind), now, _LEASE):
            notification = self._events.load(claim.notification_id)
            notification.cancel("opened", now)
            facts = notification.new_facts()
            if facts:
                self._events.append_now(*facts)
            self._outbox.cancelled(claim, now)
