"""Follows the log and turns its events into deliveries. One copy works, the others stand by.

The page's deliveries, the registrations that it changed and the position are written in one transaction:
a crash repeats the page or has done it, and nothing is delivered twice for that.
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
from eventstore.errors import LeadershipLost
from eventstore.follower import Follower
from eventstore.recorder import RecordedEvent
from eventstore.store import EventStore
from webhooks import occasions, registrations
from webhooks.cloudevents import cloud_event, type_of
from webhooks.deliveries import Deliveries
from webhooks.endpoints import Registration, Registrations
from webhooks.errors import PositionMoved
from webhooks.looking_up import LookUps
from webhooks.rows import Due, delivery_id

ROLE = "webhook-filler"
POSITION_EVERY = 500
"""How far the log is read without anything to deliver before the position is kept all the same."""

_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Filler:
    """The filling half. `source` is our public URL; `on_filled` is called after rows became due."""

    def __init__(
        self,
        events: EventStore,
        deliveries: Deliveries,
        clock: Clock,
        source: str,
        on_filled: Callable[[], None] = lambda: None,
        *,
        position_every: int = POSITION_EVERY,
    ) -> None:
        self._events = events
        self._deliveries = deliveries
        self._clock = clock
        self._source = source
        self._on_filled = on_filled
        self._position_every = position_every
        self._look_ups = LookUps(events)
        self._stopping = Flag()
        self._follower: Follower | None = None

    def run(self) -> None:
        """Fill until stopped, beginning again where the tables say after each trouble. Blocks.

        Raises what trying again cannot mend, such as an event that cannot be read.
        """
        leadership = self._events.leadership(ROLE)
        while not self._stopping.is_set():
            try:
                if leadership.acquire(self._stopping):
                    self._follow(leadership.check)
            except (Retryable, LeadershipLost, PositionMoved) as trouble:
                _log.warning(
                    "webhook_filler.interrupted", error=type(trouble).__name__, cause=cause_of(trouble)
                )
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
        position, known = self._deliveries.state()
        follower = self._follower = self._events.follow(position)
        try:
            while not self._stopping.is_set():
                page = follower.next_page()
                if not page:
                    continue
                check_leadership()
                filling = _Filling(known, self._look_ups, self._source, self._clock)
                for _, event in follower.decode(_relevant(page, known)):
                    filling.take(event)
                end = page[-1].position
                if filling.has_news or end - position >= self._position_every:
                    self._deliveries.fill(
                        filling.rows,
                        filling.changed.values(),
                        filling.taken_back,
                        from_position=position,
                        to_position=end,
                        now=self._clock.now(),
                    )
                    position = end
                if filling.rows:
                    self._on_filled()
        finally:
            self._follower = None
            follower.close()


class _Filling:
    """What comes of one page, event by event: who is told depends on what was registered before it."""

    def __init__(self, known: Registrations, look_ups: LookUps, source: str, clock: Clock) -> None:
        self._known = known
        self._look_ups = look_ups
        self._source = source
        self._clock = clock
        self.rows: list[Due] = []
        self.changed: dict[object, Registration] = {}
        self.taken_back: list[UUID] = []

    @property
    def has_news(self) -> bool:
        """Whether there is anything to keep besides the position."""
        return bool(self.rows or self.changed or self.taken_back)

    def take(self, event: Event) -> None:
        """Take an event in."""
        if event.TOPIC in registrations.TOPICS:
            self._register(event)
        elif event.TOPIC == occasions.TAKEN_BACK:
            self._take_back(event)
        else:
            self._tell(event)

    def _register(self, event: Event) -> None:
        registration = registrations.after(self._known.get(event.originator_id), event)
        if registration is not None:
            self._known.take(registration)
            self.changed[registration.registration_id] = registration

    def _take_back(self, event: Event) -> None:
        published = self._look_ups.published(event)
        if published is not None:
            told = self._look_ups.told_of(event.originator_id)
            endpoints = self._known.that_may_know(published.sender_organisation)
            self.taken_back += [delivery_id(one, endpoint.key) for one in told for endpoint in endpoints]

    def _tell(self, event: Event) -> None:
        occasion = occasions.occasion_of(event)
        if occasion is None or not self._known.wants(occasion):
            return
        published = self._look_ups.published(event)
        if published is None:
            return
        endpoints = self._known.that_may_want(occasion, published.sender_organisation)
        if not endpoints:
            return
        owner = self._look_ups.owner(published.mailbox_id)
        if owner is None:
            return
        self.rows += [
            Due(
                endpoint=endpoint.key,
                event_id=event.event_id,
                event_type=type_of(occasion),
                body=cloud_event(event, occasion, published, owner, endpoint, self._source),
                queued_at=self._clock.now(),
            )
            for endpoint in endpoints
            if endpoint.is_told_about(owner.kind.value)
        ]


def _relevant(page: Sequence[RecordedEvent], known: Registrations) -> list[RecordedEvent]:
    """What is worth decoding: all that may matter where a registration changes, else what somebody wants."""
    if any(one.stored.topic in registrations.TOPICS for one in page):
        topics = {*registrations.TOPICS, *occasions.TOPICS}
    else:
        topics = {topic for topic, occasion in occasions.TOPICS.items() if known.wants(occasion)}
    topics.add(occasions.TAKEN_BACK)
    return [one for one in page if one.stored.topic in topics]
