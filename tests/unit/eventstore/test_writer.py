"""The writer's own promises: batches, back-pressure, retries, recovery, an orderly end. Over a recorder in
memory that can be held, broken and counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain.errors import Busy, OutcomeUnknown, Unavailable
from eventstore.errors import VersionConflict
from eventstore.writer import BATCH_EVENTS, Writer
from tests.logbook import raw
from tests.unit.eventstore.memory_recorder import WITHIN, MemoryRecorder


@pytest.fixture
def recorder() -> MemoryRecorder:
    """An empty log."""
    return MemoryRecorder()


@pytest.fixture
def appended() -> list[int]:
    """The positions that were called back."""
    return []


@pytest.fixture
def writer(recorder: MemoryRecorder, appended: list[int]) -> Iterator[Writer]:
    """A writer that gives up after two retries and has room for a thousand events and ten thousand bytes."""
    writer = Writer(
        recorder, appended.append, queue_events=1000, queue_bytes=10_000, retry_seconds=(0.001, 0.001)
    )
    yield writer
    recorder.gate.set()
    writer.close()


def _hold(recorder: MemoryRecorder, writer: Writer) -> None:
    """Let the writer begin a batch of one and keep it there."""
    recorder.gate.clear()
    writer.submit([raw(uuid4(), 1)])
    assert recorder.entered.wait(WITHIN)


def _many(number: int) -> list[StoredEvent]:
    return [raw(uuid4(), 1) for _ in range(number)]


def test_a_lone_command_is_a_batch_of_its_own(writer: Writer, recorder: MemoryRecorder) -> None:
    assert writer.submit(_many(2)).result(WITHIN) == [1, 2]
    assert recorder.batches == [2]


def test_what_gathers_during_a_commit_is_one_batch(writer: Writer, recorder: MemoryRecorder) -> None:
    _hold(recorder, writer)
    futures = [writer.submit([stored]) for stored in _many(64)]
    recorder.gate.set()
    assert [future.result(WITHIN) for future in futures] == [[position] for position in range(2, 66)]
    assert recorder.batches == [1, 64]


def test_a_batch_has_a_largest_size(writer: Writer, recorder: MemoryRecorder) -> None:
    _hold(recorder, writer)
    futures = [writer.submit([stored]) for stored in _many(BATCH_EVENTS + 1)]
    recorder.gate.set()
    assert futures[-1].result(WITHIN) == [BATCH_EVENTS + 2]
    assert recorder.batches == [1, BATCH_EVENTS, 1]


def test_a_command_larger_than_a_batch_is_still_all_or_none(writer: Writer, recorder: MemoryRecorder) -> None:
    assert len(writer.submit(_many(BATCH_EVENTS + 1)).result(WITHIN)) == BATCH_EVENTS + 1
    assert recorder.batches == [BATCH_EVENTS + 1]


def test_only_the_command_that_conflicts_fails(writer: Writer, recorder: MemoryRecorder) -> None:
    stream = uuid4()
    _hold(recorder, writer)
    first, second = writer.submit([raw(stream, 1, b"one")]), writer.submit([raw(stream, 1, b"two")])
    third = writer.submit([raw(stream, 2)])
    recorder.gate.set()
    assert first.result(WITHIN)
    assert third.result(WITHIN)
    with pytest.raises(VersionConflict) as conflict:
        second.result(WITHIN)
    assert (conflict.value.stream, conflict.value.version) == (stream, 1)


def test_whoever_comes_when_the_queue_is_full_is_told_when_to_return(
    writer: Writer, recorder: MemoryRecorder
) -> None:
    _hold(recorder, writer)
    waiting = writer.submit(_many(1000))
    with pytest.raises(Busy) as refusal:
        writer.submit(_many(1))
    assert refusal.value.retry_after >= 1
    recorder.gate.set()
    assert len(waiting.result(WITHIN)) == 1000
    assert writer.submit(_many(1)).result(WITHIN)


def test_the_bytes_that_wait_are_limited_too(writer: Writer, recorder: MemoryRecorder) -> None:
    _hold(recorder, writer)
    waiting = [writer.submit([raw(uuid4(), 1, bytes(5_000))]) for _ in range(2)]
    with pytest.raises(Busy):
        writer.submit([raw(uuid4(), 1, b"!")])
    recorder.gate.set()
    for future in waiting:
        future.result(WITHIN)
    for _ in range(3):  # each of them alone, and so taken however large it is
        assert writer.submit([raw(uuid4(), 1, bytes(20_000))]).result(WITHIN)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_connection_is_made_good_without_doubling(
    writer: Writer, recorder: MemoryRecorder, moment: str
) -> None:
    recorder.failures = [moment]
    assert writer.submit(_many(3)).result(WITHIN) == [1, 2, 3]
    assert len(recorder.events) == 3


def test_a_database_that_stays_away_fails_the_commands_and_then_the_writer_recovers(
    writer: Writer, recorder: MemoryRecorder
) -> None:
    recorder.failures = ["before"] * 3
    with pytest.raises(Unavailable):
        writer.submit(_many(1)).result(WITHIN)
    assert recorder.tries == 3
    assert writer.submit(_many(1)).result(WITHIN) == [1]


@pytest.mark.parametrize(
    ("failures", "error"),
    [
        (["refused", "refused", "refused"], Unavailable),
        (["before", "refused", "refused"], OutcomeUnknown),
        (["refused", "before", "refused"], OutcomeUnknown),
        (["after", "refused", "refused"], OutcomeUnknown),
    ],
)
def test_whoever_fails_is_told_whether_it_may_be_recorded(
    writer: Writer, recorder: MemoryRecorder, failures: list[str], error: type[Unavailable]
) -> None:
    recorder.failures = failures
    with pytest.raises(Unavailable) as failure:
        writer.submit(_many(1)).result(WITHIN)
    assert type(failure.value) is error


def test_while_the_database_stays_away_nobody_waits_for_retries(
    writer: Writer, recorder: MemoryRecorder
) -> None:
    recorder.failures = ["before"] * 4
    for _ in range(2):
        with pytest.raises(Unavailable):
            writer.submit(_many(1)).result(WITHIN)
    assert recorder.tries == 4


def test_a_mistake_fails_its_batch_and_not_the_writer(writer: Writer, recorder: MemoryRecorder) -> None:
    recorder.failures = ["mistake"]
    with pytest.raises(ZeroDivisionError):
        writer.submit(_many(1)).result(WITHIN)
    assert writer.submit(_many(1)).result(WITHIN) == [1]


def test_the_highest_position_is_called_back_after_each_commit(
    writer: Writer, recorder: MemoryRecorder, appended: list[int]
) -> None:
    writer.submit(_many(3)).result(WITHIN)
    recorder.failures = ["before"] * 3
    with pytest.raises(Unavailable):
        writer.submit(_many(1)).result(WITHIN)
    assert appended == [3]


def test_a_callback_that_fails_harms_nobody(recorder: MemoryRecorder) -> None:
    def fail(position: int) -> None:
        raise ZeroDivisionError(position)

    writer = Writer(recorder, fail)
    assert writer.submit(_many(1)).result(WITHIN) == [1]
    assert writer.submit(_many(1)).result(WITHIN) == [2]
    writer.close()


def test_closing_appends_what_waits_and_takes_nothing_more(writer: Writer, recorder: MemoryRecorder) -> None:
    _hold(recorder, writer)
    waiting = writer.submit(_many(2))
    recorder.gate.set()
    writer.close()
    assert waiting.result(0) == [2, 3]
    with pytest.raises(Unavailable) as refusal:
        writer.submit(_many(1))
    assert type(refusal.value) is Unavailable


async def test_a_batchs_futures_come_back_to_their_loop_in_one_turn(
    writer: Writer, recorder: MemoryRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    turns: list[object] = []
    call_soon_threadsafe = loop.call_soon_threadsafe

    def counted(*arguments: object, **options: object) -> asyncio.Handle:
        turns.append(arguments)
        return call_soon_threadsafe(*arguments, **options)  # type: ignore[arg-type]

    _hold(recorder, writer)
    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    futures = [writer.submit_async([stored]) for stored in _many(64)]
    recorder.gate.set()
    async with asyncio.timeout(WITHIN):
        assert await asyncio.gather(*futures) == [[position] for position in range(2, 66)]
    assert len(turns) == 1


async def test_whoever_stopped_waiting_disturbs_nobody(writer: Writer, recorder: MemoryRecorder) -> None:
    _hold(recorder, writer)
    impatient, patient = (writer.submit_async([stored]) for stored in _many(2))
    impatient.cancel()
    recorder.gate.set()
    async with asyncio.timeout(WITHIN):
        assert await patient == [3]
    assert len(recorder.events) == 3
