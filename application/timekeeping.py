"""The schedule role: what the clock decides is put on record, once, by whoever keeps the time.

A message whose requested publish time has come is released; one that stays unopened is due a reminder, and a
warning before it expires; one whose validity is over expires. The timetable says which messages to look at,
the message itself decides, and the event store admits each fact once: killed between two steps, or run twice,
it appends nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Event as Flag
from time import monotonic
from uuid import UUID

import structlog

from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import Retryable
from domain.events import Event
from domain.message import Message
from eventstore.errors import LeadershipLost, VersionConflict
from eventstore.store import EventStore
from projections import progress, timetable
from projections.database import ReadDatabase
from projections.progress import NOT_BEGUN
from projections.timetable import DueMessage

ROLE = "scheduler"
LOOK_SECONDS = 1.0
"""How often the clock is looked at."""
MESSAGES_AT_ONCE = 100
"""How many messages' facts make one append."""

CATCH_UP_SECONDS = 5.0
"""How long a round waits for the timetable to know what the one before appended. After that it looks all the
same: the messages decide for themselves.
"""
CLOCKS_APART = timedelta(seconds=60)
"""Past this somebody's clock is wrong: nothing expires by it."""

_LOOK_AGAIN_SECONDS = 0.05
_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Timekeeper:
    """One copy keeps the time, the others stand by. One thread runs it; any thread may stop it.

    `second_clock` is another machine's, where there is one: what expires cannot be undone, so two must agree.
    """

    def __init__(
        self,
        events: EventStore,
        database: ReadDatabase,
        clock: Clock,
        second_clock: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._events = events
        self._database = database
        self._clock = clock
        self._second_clock = second_clock
        self._stopping = Flag()

    def run(self) -> None:
        """Keep the time until stopped, beginning again after each trouble. Blocks.

        Raises what trying again cannot mend, such as an event that cannot be read.
        """
        leadership = self._events.leadership(ROLE)
        while not self._stopping.is_set():
            try:
                if leadership.acquire(self._stopping):
                    self._keep_time(leadership.check)
            except (Retryable, LeadershipLost) as trouble:
                _log.warning("scheduler.interrupted", error=type(trouble).__name__, cause=cause_of(trouble))
                self._stopping.wait(_PAUSE_SECONDS)
            finally:
                leadership.release()

    def stop(self) -> None:
        """Let `run` return, after what it has in hand. From any thread."""
        self._stopping.set()

    def keep_up(self, check_leadership: Callable[[], None] = lambda: None) -> int:
        """Put on record all that is due by now; the number of events appended. Blocks."""
        now = self._clock.now()
        appended = 0
        last: DueMessage | None = None
        while not self._stopping.is_set():
            page = self._database.read(timetable.due, now, limit=MESSAGES_AT_ONCE, after=last)
            if not page or (last is None and not self._clocks_agree()):
                break
            check_leadership()
            appended += self._append([self._facts(one.message_id) for one in page])
            last = page[-1]
        return appended

    def _keep_time(self, check_leadership: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            check_leadership()
            if self.keep_up(check_leadership):
                self._wait_for_timetable(self._events.max_position())
            else:
                self._stopping.wait(LOOK_SECONDS)

    def _clocks_agree(self) -> bool:
        other = self._second_clock()
        if other is None or abs(self._clock.now() - other) <= CLOCKS_APART:
            return True
        _log.error("scheduler.clocks_disagree", seconds=round((self._clock.now() - other).total_seconds()))
        return False

    def _facts(self, message_id: UUID) -> list[Event]:
        message = self._events.load(message_id)
        if not isinstance(message, Message):
            raise TypeError(f"stream {message_id} is not a message")
        at = self._clock.now()
        # Expiry before reminders: after a long standstill nobody is to be reminded of what is over.
        for step in (message.release, message.expire, message.remind, message.announce_expiry):
            step(at)
        return message.new_facts()

    def _append(self, of_messages: Sequence[list[Event]]) -> int:
        facts = [fact for of_one in of_messages for fact in of_one]
        if not facts:
            return 0
        try:
            self._events.append_now(*facts)
        except VersionConflict:
            # Somebody opened one of them meanwhile, or another scheduler was here: one by one, then.
            return sum(self._append_alone(of_one) for of_one in of_messages if of_one)
        return len(facts)

    def _append_alone(self, facts: list[Event]) -> int:
        try:
            self._events.append_now(*facts)
        except VersionConflict:
            return 0  # it is still due, if it is, the next time somebody looks
        return len(facts)

    def _wait_for_timetable(self, position: int) -> None:
        """Until the timetable knows what was appended: the same messages are not to be looked at for ever."""
        give_up = monotonic() + CATCH_UP_SECONDS
        while not self._stopping.is_set() and monotonic() < give_up:
            reached = self._database.read(progress.load).get(timetable.MODEL.name, NOT_BEGUN)
            if reached.position >= position:
                return
            self._stopping.wait(_LOOK_AGAIN_SECONDS)
