"""Decides who is to be told, records that it is due, and says which rows the outbox needs for it.

A notification's stream is derived from what it is about, so queueing it again meets itself (a version
conflict) and only the row is added. What was queued is sent even if the decision would be another one by now:
the row is added because the event is there, and the sender looks again. What the log has an outcome for gets
no row: it would be mailed a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from domain.clock import Clock
from domain.errors import NotFound, Unavailable
from domain.events.mailbox import Frequency
from domain.events.notification import NotificationKind
from domain.ids import notification_id, summary_id
from domain.mailbox import Mailbox
from domain.notification import Notification
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from notifier.hours import SUMMARY_HOUR, summaries
from notifier.occasions import Occasion
from notifier.outbox import Outbox
from notifier.policy import is_wanted, notified_address
from notifier.rows import Due
from notifier.survivors import Survivor

_SUMMARIES_TRIED = 10

_Planned: TypeAlias = tuple[Due, Notification]
_Told: TypeAlias = tuple[Mailbox, list[Occasion]]


class Queueing:
    """Queues notifications. `summary_hour`: when daily summaries are sent, by the owner's clock."""

    def __init__(
        self, events: EventStore, outbox: Outbox, clock: Clock, summary_hour: int = SUMMARY_HOUR
    ) -> None:
        self._events = events
        self._outbox = outbox
        self._clock = clock
        self._hour = summary_hour

    def queue(self, occasions: Sequence[tuple[Occasion, bool]]) -> list[Due]:
        """Record what is due; the rows for the outbox. Blocks.

        With each occasion: whether it may have been queued before, by a filler that did not get to its row.
        """
        mailboxes: dict[UUID, Mailbox | None] = {}
        rows: list[Due] = []
        planned: list[_Planned] = []
        daily: dict[UUID, _Told] = {}
        for occasion, is_in_doubt in occasions:
            if occasion.kind is NotificationKind.EMAIL_VERIFICATION:
                rows.append(self._due(occasion, occasion.subject_id, None))
                continue
            stream = notification_id(occasion.subject_id, occasion.kind.value)
            mailbox = self._mailbox(occasion.mailbox_id, mailboxes)
            is_told = notified_address(mailbox) is not None
            if mailbox is None or not is_told or not is_wanted(mailbox, occasion.kind):
                if is_in_doubt and self._is_open(stream):
                    rows.append(self._due(occasion, stream, occasion.subject_id))
            elif _is_summarised(mailbox, occasion):
                if is_in_doubt and self._is_open(stream):
                    rows.append(self._due(occasion, stream, occasion.subject_id))
                else:
                    daily.setdefault(mailbox.id, (mailbox, []))[1].append(occasion)
            else:
                about = occasion.subject_id
                notification = Notification.queue(mailbox.id, about, occasion.kind, self._clock.now())
                planned.append((self._due(occasion, stream, about), notification))
        joined, begun = self._summaries(list(daily.values()))
        return rows + joined + self._record(planned + begun)

    def _due(self, occasion: Occasion, stream: UUID, message_id: UUID | None) -> Due:
        now = self._clock.now()
        return Due(stream, occasion.mailbox_id, message_id, occasion.kind, occasion.at, now)

    def _summaries(self, told: Sequence[_Told]) -> tuple[list[Due], list[_Planned]]:
        """Each mailbox's next summary that takes messages in: those in the outbox, and those to be begun."""
        joined: list[Due] = []
        begun: list[_Planned] = []
        if not told:
            return joined, begun
        now = self._clock.now()
        coming = [(mailbox, occasions, summaries(mailbox.quiet_hours, now, self._hour))
                  for mailbox, occasions in told]  # fmt: skip
        for _ in range(_SUMMARIES_TRIED):
            places = [(one, *next(one[2])) for one in coming]
            ids = [summary_id(one[0].id, day) for one, day, _ in places]
            kept = self._outbox.summaries(ids)
            coming = []
            for (one, _, at), stream in zip(places, ids, strict=True):
                mailbox, occasions, _ = one
                about = [occasion.subject_id for occasion in occasions]
                kind = NotificationKind.DAILY_SUMMARY
                due = Due(stream, mailbox.id, None, kind, queued_at=at, due_at=at, tells_of=about)
                if kept.get(stream, False):
                    joined.append(due)
                elif stream in kept or self._is_over(stream):
                    coming.append(one)
                else:
                    begun.append((due, Notification.of(stream, mailbox.id, kind, now)))
            if not coming:
                return joined, begun
        raise Unavailable("no summary takes messages in")

    def _record(self, planned: Sequence[_Planned]) -> list[Due]:
        if not planned:
            return []
        facts = [(due, notification.new_facts()) for due, notification in planned]
        try:
            self._events.append_now(*(fact for _, of_one in facts for fact in of_one))
        except VersionConflict:
            # Some of it is on record already. One by one, each is or becomes so.
            rows: list[Due] = []
            for due, of_one in facts:
                try:
                    self._events.append_now(*of_one)
                except VersionConflict:
                    if self._is_over(due.notification_id):
                        continue
                rows.append(due)
            return rows
        return [due for due, _ in facts]

    def _is_open(self, stream: UUID) -> bool:
        """Whether the notification was queued and has no outcome."""
        notification = self._notification(stream)
        return notification is not None and not notification.is_settled

    def _is_over(self, stream: UUID) -> bool:
        """Whether the notification has its outcome."""
        notification = self._notification(stream)
        return notification is not None and notification.is_settled

    def _notification(self, stream: UUID) -> Notification | None:
        try:
            notification = self._events.load(stream)
        except NotFound:
            return None
        return notification if isinstance(notification, Notification) else None

    def _mailbox(self, mailbox_id: UUID, known: dict[UUID, Mailbox | None]) -> Mailbox | None:
        if mailbox_id not in known:
            known[mailbox_id] = self._survivor(mailbox_id)
        return known[mailbox_id]

    def _survivor(self, mailbox_id: UUID) -> Mailbox | None:
        """The mailbox, or the one that took its place."""
        survivor = Survivor(mailbox_id)
        while survivor.next_id is not None:
            survivor.take(self._load(survivor.next_id))
        return survivor.mailbox

    def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = self._events.load(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None


def _is_summarised(mailbox: Mailbox, occasion: Occasion) -> bool:
    return occasion.kind is NotificationKind.NEW_DOCUMENT and mailbox.frequency is Frequency.DAILY
