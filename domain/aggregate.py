"""What every aggregate is: a public method decides and records a fact, `when` takes the fact in.

`when` is a `singledispatchmethod`: events stay plain records in `domain/events/`, and what each does to the
state stands beside the state.
"""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import BaseAggregate

from domain.events.base import Event, FirstEvent
from domain.ids import new_id


class AggregateRoot(BaseAggregate[UUID]):
    """A stream of facts and the state they add up to."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id}, {self.version})"

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in. A fact that changes nothing here needs no method of its own."""

    @classmethod
    def begin(cls, event_class: type[FirstEvent], stream: UUID, at: datetime, **facts: Any) -> Self:
        """A new stream with its first fact, not stored yet."""
        return cls._create(event_class, id=stream, timestamp=at, event_id=new_id(), **facts)

    def record(self, event_class: type[Event], at: datetime, **facts: Any) -> None:
        """A further fact, applied and waiting to be stored.

        A stream's time never goes back: whoever decided first and was stored second, or has a slower clock,
        takes the moment of the fact before. So the stream as of a moment is always a beginning of it.
        """
        at = max(at, self.modified_on)
        self.trigger_event(event_class, timestamp=at, event_id=new_id(), **facts)

    def new_facts(self) -> list[Event]:
        """The facts that wait to be stored; they are handed out once."""
        return [event for event in self.collect_events() if isinstance(event, Event)]
