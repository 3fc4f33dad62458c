"""A log in memory, for a writer's tests: it can be held back, and can fail."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from eventsourcing.persistence import OperationalError

from eventstore.recorder import (
    Command,
    Key,
    NothingRecorded,
    Outcome,
    RecordedEvent,
    key_of,
    record_in_rounds,
)

WITHIN = 10.0


class MemoryRecorder:
    """Keeps events in a dict. `gate` holds it back, `failures` fail the next batches, before or after they
    are recorded, or are refused with an answer.
    """

    def __init__(self) -> None:
        self.events: dict[Key, RecordedEvent] = {}
        self.batches: list[int] = []
        self.tries = 0
        self.entered = Event()
        self.gate = Event()
        self.gate.set()
        self.failures: list[str] = []

    def insert_batch(self, commands: Sequence[Command]) -> list[Outcome]:
        """Append, unless told to fail."""
        self.entered.set()
        assert self.gate.wait(WITHIN)
        self.tries += 1
        failure = self.failures.pop(0) if self.failures else None
        if failure == "before":
            raise OperationalError("gone")
        if failure == "refused":
            raise NothingRecorded("no")
        if failure == "mistake":
            raise ZeroDivisionError
        outcomes = record_in_rounds(commands, self._insert, self.read_stored)
        if failure == "after":
            raise OperationalError("gone")
        self.batches.append(sum(len(command) for command in commands))
        return outcomes

    def read_after(self, position: int, limit: int) -> list[RecordedEvent]:
        """The next events."""
        return [found for found in self.events.values() if found.position > position][:limit]

    def read_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        return [one for one in self.events.values() if one.position in positions]

    def max_notification_id(self) -> int | None:
        """The number of events."""
        return len(self.events)

    def close(self) -> None:
        """Nothing to give back."""

    def _insert(self, commands: Sequence[Command]) -> dict[Key, int]:
        positions = {}
        for command in commands:
            if self.events.keys().isdisjoint(key_of(stored) for stored in command):
                for stored in command:
                    positions[key_of(stored)] = position = len(self.events) + 1
                    self.events[key_of(stored)] = RecordedEvent(position, stored)
        return positions

    def read_stored(self, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        return {key: self.events[key] for key in keys if key in self.events}
