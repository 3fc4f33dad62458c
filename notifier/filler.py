"""Follows the log and puts into the outbox what somebody is to be told. One copy works, the others stand by.

For each page: decide → append `notification.queued` → add the outbox rows and move the position, in one
transaction. A crash between the two steps repeats the page, and that is harmless. A notification's stream is
derived from its message, so queueing it again meets itself (a version conflict) and only the row is added.
What was queued is sent even if the decision would be another one by now: the row is added because the event
is there, and the sender looks for the address again. No other order would do: rows without their event would
be sent off the record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event as Flag
from typing import TypeAlias
from uuid import UUID

import structlog

from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import NotFound, Retryable
from domain.events import Event
from domain.events.message import MessagePublished
from domain.events.notification import NotificationKind
from domain.ids import notification_id
from domain.mailbox import Mailbox
from domain.notification import Notification
from eventstore.errors import LeadershipLost, VersionConflict
from eventstore.follower import Follower
from eventstore.recorder import RecordedEvent
from eventstore.store import EventStore
from notifier.errors import PositionMoved
from notifier.outbox import Due, Outbox
from notifier.policy import notified_address

ROLE = "outbox-filler"
POSITION_EVERY = 500
"""How far the log is read without anything to notify before the position is kept all the same."""

_KIND = NotificationKind.NEW_DOCUMENT
_PAUSE_SECONDS = 1.0

_Mailboxes: TypeAlias = dict[UUID, "Mailbox | None"]

_log = structlog.get_logger(__name__)


class Filler:
    """The filling half of the notifier. `on_filled` is called after rows became due; it must not raise."""

    def __init__(
        self, events: EventStore, outbox: Outbox, clock: Clock, on_filled: Callable[[], None] = lambda: None
    ) -> None:
        self._events = events
        self._outbox = outbox
        self._clock = clock
        self._on_filled = on_filled
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
            except (Retryable, LeadershipLost, PositionMoved) as trouble:
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
                rows = self._queue(follower, page, in_doubt_until)
                end = page[-1].position
                if rows or end - position >= POSITION_EVERY:
                    self._outbox.fill(rows, position, end)
                    position = end
                if rows:
                    self._on_filled()
        finally:
            self._follower = None
            follower.close()

    def _queue(self, follower: Follower, page: Sequence[RecordedEvent], in_doubt_until: int) -> list[Due]:
        """Decide about the page's publications and record what is queued; the rows for the outbox."""
        published = [recorded for recorded in page if recorded.stored.topic == MessagePublished.TOPIC]
        now = self._clock.now()
        mailboxes: _Mailboxes = {}
        rows: list[Due] = []
        new: list[Notification] = []
        for position, event in follower.decode(published):
            if not isinstance(event, MessagePublished):
                continue
            if notified_address(self._mailbox(event.mailbox_id, mailboxes)) is not None:
                new.append(Notification.queue(event.mailbox_id, event.originator_id, _KIND, now))
            elif position > in_doubt_until or not self._is_queued(event.originator_id):
                continue
            rows.append(_due(event))
        self._append(new)
        return rows

    def _append(self, new: Sequence[Notification]) -> None:
        if not new:
            return
        facts = [notification.new_facts() for notification in new]
        try:
            self._events.append_now(*(fact for of_one in facts for fact in of_one))
        except VersionConflict:
            # A repeated page: some of it is on record already. One by one, each is or becomes so.
            for of_one in facts:
                self._append_once(of_one)

    def _append_once(self, facts: Sequence[Event]) -> None:
        try:
            self._events.append_now(*facts)
        except VersionConflict:
            return

    def _is_queued(self, message_id: UUID) -> bool:
        return self._events.first_event(notification_id(message_id, _KIND.value)) is not None

    def _mailbox(self, mailbox_id: UUID, known: _Mailboxes) -> Mailbox | None:
        if mailbox_id not in known:
            known[mailbox_id] = self._load(mailbox_id)
        return known[mailbox_id]

    def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = self._events.load(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None


def _due(event: MessagePublished) -> Due:
    return Due(
        notification_id=notification_id(event.originator_id, _KIND.value),
        mailbox_id=event.mailbox_id,
        message_id=event.originator_id,
        kind=_KIND,
        sender_organisation=event.sender_organisation,
        message_type=event.message_type,
        queued_at=event.timestamp,
        due_at=event.visible_from,
    )
