"""What appending a batch promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from eventstore.errors import VersionConflict
from eventstore.recorder import BatchRecorder
from tests.logbook import raw

WITHIN = 30.0


def test_one_command_that_conflicts_leaves_the_others_of_its_batch_alone(recorder: BatchRecorder) -> None:
    taken = uuid4()
    recorder.insert_batch([[raw(taken, 1, b"first")]])
    new = uuid4()
    outcomes = recorder.insert_batch(
        [[raw(uuid4(), 1)], [raw(new, 1), raw(taken, 1, b"second")], [raw(uuid4(), 1), raw(uuid4(), 1)]]
    )
    assert isinstance(outcomes[1], VersionConflict)
    assert (outcomes[1].stream, outcomes[1].version) == (taken, 1)
    kept = recorder.read_after(0, 10)
    assert [outcomes[0], outcomes[2]] == [[kept[1].position], [kept[2].position, kept[3].position]]
    assert new not in {found.stored.originator_id for found in kept}


def test_a_command_repeated_to_the_byte_gets_its_positions_again(recorder: BatchRecorder) -> None:
    commands = [[raw(uuid4(), 1), raw(uuid4(), 1)], [raw(uuid4(), 1)]]
    first = recorder.insert_batch(commands)
    assert recorder.insert_batch(commands) == first
    assert len(recorder.read_after(0, 10)) == 3


def test_a_command_repeated_with_other_bytes_conflicts_wholesale(recorder: BatchRecorder) -> None:
    one, two = uuid4(), uuid4()
    recorder.insert_batch([[raw(one, 1, b"1"), raw(two, 1, b"2")]])
    for changed in (raw(one, 1, b"3"), raw(one, 1, b"1", "message.expired")):
        (outcome,) = recorder.insert_batch([[raw(two, 1, b"2"), changed]])
        assert isinstance(outcome, VersionConflict)
        assert outcome.stream == one
    assert len(recorder.read_after(0, 10)) == 2


def test_a_command_of_which_only_a_part_is_recorded_conflicts(recorder: BatchRecorder) -> None:
    one = uuid4()
    recorder.insert_batch([[raw(one, 1)]])
    (outcome,) = recorder.insert_batch([[raw(one, 2), raw(one, 1)]])
    assert isinstance(outcome, VersionConflict)
    assert (outcome.stream, outcome.version) == (one, 1)
    assert len(recorder.read_after(0, 10)) == 1


def test_two_commands_of_a_batch_for_the_same_version_are_judged_one_after_the_other(
    recorder: BatchRecorder,
) -> None:
    stream, other = uuid4(), uuid4()
    outcomes = recorder.insert_batch(
        [
            [raw(stream, 1, b"first")],
            [raw(other, 1), raw(stream, 1, b"second")],
            [raw(stream, 1, b"first")],
            [raw(other, 1, b"after")],
        ]
    )
    assert outcomes[0] == outcomes[2]
    assert isinstance(outcomes[1], VersionConflict)
    assert isinstance(outcomes[3], list)
    assert [found.stored.state for found in recorder.read_after(0, 10)] == [b"first", b"after"]


def test_a_command_that_contradicts_itself_conflicts(recorder: BatchRecorder) -> None:
    stream = uuid4()
    outcomes = recorder.insert_batch([[raw(stream, 1, b"1"), raw(stream, 1, b"2")], [], [raw(uuid4(), 1)]])
    assert isinstance(outcomes[0], VersionConflict)
    assert outcomes[1] == []
    assert isinstance(outcomes[2], list)


def test_positions_follow_the_order_of_the_commands(recorder: BatchRecorder) -> None:
    stream = uuid4()
    commands = [[raw(stream, version), raw(uuid4(), 1)] for version in range(1, 101)]
    outcomes = recorder.insert_batch(commands)
    positions = [position for outcome in outcomes if isinstance(outcome, list) for position in outcome]
    assert positions == sorted(positions)
    assert len(set(positions)) == 200
    stored = [found.stored for found in recorder.read_after(0, 500)]
    assert stored == [event for command in commands for event in command]


def test_what_is_recorded_is_found_by_stream_and_version(recorder: BatchRecorder) -> None:
    stream = uuid4()
    recorder.insert_batch([[raw(uuid4(), 1), raw(stream, 1, b"first"), raw(stream, 2, b"second")]])
    found = recorder.read_stored([(stream, 2), (stream, 3), (uuid4(), 1)])
    assert [(key, one.position, one.stored.state) for key, one in found.items()] == [
        ((stream, 2), 3, b"second")
    ]


def test_large_and_strange_bytes_come_back_the_same(recorder: BatchRecorder) -> None:
    states = [b"", bytes(range(256)), b"x" * 3_000_000, '{"é\\u0000"}'.encode()]
    recorder.insert_batch([[raw(uuid4(), 1, state)] for state in states])
    assert [found.stored.state for found in recorder.read_after(0, 10)] == states


def test_versions_may_be_large(recorder: BatchRecorder) -> None:
    stream = uuid4()
    versions = [1, 40_000, 2**31, 2**62]
    recorder.insert_batch([[raw(stream, version) for version in versions]])
    assert [found.stored.originator_version for found in recorder.read_after(0, 10)] == versions


def test_the_librarys_own_way_in_goes_the_same_road(recorder: Any) -> None:
    stream = uuid4()
    assert recorder.insert_events([raw(stream, 1), raw(stream, 2)]) == [1, 2]
    with pytest.raises(VersionConflict):
        recorder.insert_events([raw(stream, 2, b"other")])


def test_a_part_of_a_stream_can_be_read_either_way(recorder: Any) -> None:
    stream = uuid4()
    recorder.insert_batch([[raw(stream, version) for version in range(1, 6)]])

    def versions(**bounds: Any) -> list[int]:
        return [found.originator_version for found in recorder.select_events(stream, **bounds)]

    assert versions() == [1, 2, 3, 4, 5]
    assert versions(gt=1, lte=4) == [2, 3, 4]
    assert versions(desc=True, limit=2) == [5, 4]
