"""The schedule role: what the clock decides is put on record, once, by whoever keeps the time.

A message whose requested publish time has come is released; one that stays unopened is due a reminder, and a
warning before it expires; one whose validity is over expires. The timetable says which messages to look at,
the message itself decides, and the event store admits each fact once: killed between two steps, or run twice,
it appends nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event as Flag
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

_CATCH_UP_SECONDS = 0.05
_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Timekeeper:
    """One copy keeps the time, the others stand by. One thread runs it; any thread may stop it."""

    def __init__(self, events: EventStore, database: ReadDatabase, clock: Clock) -> None:
        self._events = events
        self._database = database
        self._clock = clock
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
            if not page:
                break
            check_leadership()
            appended += self._append([self._facts(one.message_id) for one in page])
            last = page[-1]
        return appended

    def _keep_time(self, check_leadership: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            if self.keep_up(check_leadership):
                self._wait_for_timetable(self._events.max_position())
            else:
                self._stopping.wait(LOOK_SECONDS)

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
        while not self._stopping.is_set():
            reached = self._database.read(progress.load).get(timetable.MODEL.name, NOT_BEGUN)
            if reached.position >= position:
                return
            self._stopping.wait(_CATCH_UP_SECONDS)
