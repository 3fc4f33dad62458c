"""What a recorder does, whatever the database: the port that the writer and the follower see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from uuid import UUID

from eventsourcing.persistence import OperationalError, StoredEvent

from eventstore.errors import VersionConflict

Command: TypeAlias = Sequence[StoredEvent]
"""The events of one decision: recorded all or none."""

Outcome: TypeAlias = list[int] | VersionConflict
"""The events' positions, in their order; or the version that was taken, and nothing was recorded."""

Key: TypeAlias = tuple[UUID, int]
"""Stream and version: what may exist once."""


class NothingRecorded(OperationalError):
    """The batch failed, and certainly none of it is recorded by this try: no connection was had, or the
    database answered that it took nothing.
    """


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A stored event and its place in the one order of the log. Positions grow, with gaps."""

    position: int
    stored: StoredEvent


class BatchRecorder(Protocol):
    """Appends batches and reads pages. Errors of the database are the library's `PersistenceError`; after one
    that is not `NothingRecorded` a batch may be recorded, wholly or in part.
    """

    def insert_batch(self, commands: Sequence[Command]) -> list[Outcome]:
        """Append commands, each wholly or not at all; when it returns, what was recorded is committed and
        synced.

        Positions follow the order of the commands, except that a command which touches the same stream and
        version as an earlier one is judged after that one. A command whose events are already recorded,
        identical to the byte, gets their positions again: a batch may be repeated after a connection was
        lost at the commit.
        """
        ...

    def read_after(self, position: int, limit: int) -> list[RecordedEvent]:
        """The next events by position."""
        ...

    def read_at(self, positions: Sequence[int]) -> list[RecordedEvent]:
        """The events at these positions, in the order of the positions; where there is none, none."""
        ...

    def read_stored(self, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        """What is recorded of these streams at these versions; those that are not are left out."""
        ...

    def max_notification_id(self) -> int | None:
        """The highest position, or None in an empty log."""
        ...

    def close(self) -> None:
        """Give back what only appending needs."""
        ...


def recorded_event(position: int, stream: UUID, version: int, topic: str, state: bytes) -> RecordedEvent:
    """An event as it was read before, from its parts."""
    return RecordedEvent(position, StoredEvent(stream, version, topic, state))


def key_of(stored: StoredEvent) -> Key:
    """Stream and version of a stored event."""
    if not isinstance(stored.originator_id, UUID):
        raise TypeError("streams are named by UUIDs")
    return stored.originator_id, stored.originator_version


def record_in_rounds(
    commands: Sequence[Command],
    insert: Callable[[Sequence[Command]], dict[Key, int]],
    stored_at: Callable[[Sequence[Key]], dict[Key, RecordedEvent]],
) -> list[Outcome]:
    """The outcome of each command. `insert` appends commands that share no key, leaves out wholly those that
    meet an event already recorded, and returns the positions of what it appended; `stored_at` reads what is
    recorded there.

    A command that shares a key with an earlier one waits for that one's round. Where what has been recorded
    by then decides it (events stay), that is its outcome; else a later round judges it under the lock.
    """
    outcomes: list[Outcome | None] = [_conflict_in_itself(command) for command in commands]
    waiting = [index for index, outcome in enumerate(outcomes) if outcome is None]
    while waiting:
        this_round, waiting = _without_shared_keys(commands, waiting)
        try:
            positions = insert([commands[index] for index in this_round])
        except NothingRecorded as error:
            if any(isinstance(outcome, list) and outcome for outcome in outcomes):
                raise OperationalError("a part of the batch is recorded") from error
            raise
        refused: list[int] = []
        for index in this_round:
            keys = _keys(commands[index])
            if all(key in positions for key in keys):
                outcomes[index] = [positions[key] for key in keys]
            else:
                refused.append(index)
        asked = {key: None for index in refused + waiting for key in _keys(commands[index])}
        recorded = stored_at(list(asked)) if asked else {}
        decided = [index for index in waiting if _is_decided(commands[index], recorded)]
        for index in refused + decided:
            outcomes[index] = _compare(commands[index], recorded)
        waiting = [index for index in waiting if outcomes[index] is None]
    return [outcome for outcome in outcomes if outcome is not None]


def _keys(command: Command) -> list[Key]:
    return [key_of(stored) for stored in command]


def _conflict_in_itself(command: Command) -> Outcome | None:
    seen: set[Key] = set()
    for stored in command:
        key = key_of(stored)
        if key in seen:
            return VersionConflict(*key)
        seen.add(key)
    return None if command else []


def _without_shared_keys(commands: Sequence[Command], waiting: list[int]) -> tuple[list[int], list[int]]:
    taken: set[Key] = set()
    now: list[int] = []
    later: list[int] = []
    for index in waiting:
        keys = _keys(commands[index])
        (now if taken.isdisjoint(keys) else later).append(index)
        taken.update(keys)
    return now, later


def _is_decided(command: Command, recorded: dict[Key, RecordedEvent]) -> bool:
    found = [recorded.get(key_of(stored)) for stored in command]
    return None not in found or any(
        existing is not None and existing.stored != stored
        for existing, stored in zip(found, command, strict=True)
    )


def _compare(command: Command, recorded: dict[Key, RecordedEvent]) -> Outcome:
    positions: list[int] = []
    taken: list[Key] = []
    for stored in command:
        existing = recorded.get(key_of(stored))
        if existing is not None and existing.stored == stored:
            positions.append(existing.position)
        elif existing is not None:
            taken.append(key_of(stored))
    if len(positions) == len(command):
        return positions
    # Where what is there is our own, only a part of the command is: the first of that part is named.
    names = taken or [key_of(stored) for stored in command if key_of(stored) in recorded]
    return VersionConflict(*names[0])
