"""Commands of one batch that compete are judged as if each came alone, in few commits."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from uuid import UUID, uuid4

import pytest

from eventstore.errors import VersionConflict
from eventstore.recorder import Command, Key, Outcome, RecordedEvent, key_of, record_in_rounds
from tests.logbook import raw


class Table:
    """What a database keeps; counts the commits and the looks."""

    def __init__(self) -> None:
        self.events: dict[Key, RecordedEvent] = {}
        self.commits = 0
        self.looks = 0

    def insert(self, commands: Sequence[Command]) -> dict[Key, int]:
        """Append what meets nothing."""
        self.commits += 1
        positions = {}
        for command in commands:
            if self.events.keys().isdisjoint(key_of(stored) for stored in command):
                for stored in command:
                    positions[key_of(stored)] = len(self.events) + 1
                    self.events[key_of(stored)] = RecordedEvent(len(self.events) + 1, stored)
        return positions

    def stored_at(self, keys: Sequence[Key]) -> dict[Key, RecordedEvent]:
        """What is there. Nothing is asked twice."""
        assert len(set(keys)) == len(keys)
        self.looks += 1
        return {key: self.events[key] for key in keys if key in self.events}

    def append(self, commands: Sequence[Command]) -> list[Outcome]:
        """The outcome of a batch."""
        return record_in_rounds(commands, self.insert, self.stored_at)


@pytest.fixture
def table() -> Table:
    """An empty one."""
    return Table()


def test_many_first_publications_to_one_party_take_one_commit(table: Table) -> None:
    mailbox = uuid4()
    commands = [[raw(mailbox, 1, str(number).encode()), raw(uuid4(), 1)] for number in range(200)]
    outcomes = table.append(commands)
    assert outcomes[0] == [1, 2]
    assert all(isinstance(outcome, VersionConflict) for outcome in outcomes[1:])
    assert (table.commits, table.looks) == (1, 1)


def test_the_same_command_twice_in_a_batch_is_recorded_once_for_both(table: Table) -> None:
    command = [raw(uuid4(), 1), raw(uuid4(), 1)]
    assert table.append([command, command, command]) == [[1, 2]] * 3
    assert table.commits == 1


def test_what_an_earlier_command_was_refused_is_free_for_a_later_one(table: Table) -> None:
    taken, wanted = uuid4(), uuid4()
    table.append([[raw(taken, 1)]])
    refused, recorded = table.append([[raw(taken, 1, b"!"), raw(wanted, 1)], [raw(wanted, 1, b"later")]])
    assert isinstance(refused, VersionConflict)
    assert recorded == [2]


@pytest.mark.parametrize("seed", range(50))
def test_a_batch_ends_as_if_its_commands_came_one_by_one(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - to be the same in each run
    streams = [UUID(int=number) for number in range(8)]
    commands = [_command(random, streams) for _ in range(40)]
    together, alone = Table(), Table()
    alone_outcomes = [alone.append([command])[0] for command in commands]
    outcomes = together.append(commands)
    assert [type(outcome) for outcome in outcomes] == [type(outcome) for outcome in alone_outcomes]
    assert {key: found.stored for key, found in together.events.items()} == {
        key: found.stored for key, found in alone.events.items()
    }
    assert together.commits < alone.commits


def _command(random: Random, streams: list[UUID]) -> Command:
    return [
        raw(stream, random.randint(1, 3), random.choice([b"one", b"two"]))
        for stream in random.sample(streams, random.randint(1, 2))
    ]
