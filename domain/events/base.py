"""What every event is: one immutable fact about one stream, under a topic that never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.domain import AggregateCreated, AggregateEvent
from eventsourcing.utils import register_topic

if TYPE_CHECKING:
    from collections.abc import Callable


class Event(AggregateEvent):
    """A fact. `timestamp` is when it became true (UTC, microseconds); `event_id` names it for ever."""

    TOPIC: ClassVar[str]

    originator_id: UUID
    event_id: UUID

    def __str__(self) -> str:
        """Which fact, without what it says: this may end in a log."""
        return f"{self.TOPIC}({self.originator_id}, {self.originator_version})"

    def apply(self, aggregate: Any) -> None:
        """Let the aggregate take the fact in."""
        aggregate.when(self)


class FirstEvent(Event, AggregateCreated):
    """The fact that begins a stream."""


E = TypeVar("E", bound=type[Event])

EVENTS: dict[str, type[Event]] = {}
"""Every event class there is, by topic."""


def recorded_as(topic: str) -> Callable[[E], E]:
    """Class decorator: this event is stored under `topic`, now and for ever."""

    def register(event_class: E) -> E:
        event_class.TOPIC = topic
        event_class.__repr__ = Event.__str__  # type: ignore[assignment, method-assign]
        register_topic(topic, event_class)
        EVENTS[topic] = event_class
        return event_class

    return register
