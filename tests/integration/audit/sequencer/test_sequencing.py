"""Each event becomes one leaf, in the order of positions, and is in a checkpoint within a second."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic
from uuid import UUID, uuid4

import pytest

from audit import leaf
from audit.published import PublishedLog
from audit.tlog.merkle import leaf_hash, verify_inclusion
from eventstore.errors import VersionConflict
from tests.auditlog import AuditLog
from tests.logbook import a_publication, an_address, an_opening, know


def test_the_log_begins_with_its_own_event_and_continues_with_every_other(log: AuditLog) -> None:
    log.append_many(3)
    with log.running():
        log.covered()
        log.append_many(2)
        checkpoint = log.covered()

    entries = log.entries()
    assert [one.kind for one in entries] == [
        *["message.opened"] * 3,
        "audit_log.began",
        *["message.opened"] * 2,
    ]
    assert entries[3].facts == {"origin": log.keys[0].name, "vkeys": [log.keys[0].verifier.text]}
    assert checkpoint.size == 6
    assert [one.position for one in entries] == sorted(one.position for one in entries)


def test_what_is_published_makes_the_signed_tree_and_proves_each_leaf(log: AuditLog) -> None:
    log.append_many(600)
    checkpoint = log.run_until_covered()

    tree = PublishedLog(log.files).tree()
    assert tree is not None
    assert tree.root() == checkpoint.root
    rows = log.rows.at(range(checkpoint.size))
    assert sorted(rows) == list(range(checkpoint.size))
    for index in (0, 255, 256, 300, checkpoint.size - 1):
        assert rows[index].leaf_hash == leaf_hash(rows[index].entry)
        verify_inclusion(
            rows[index].leaf_hash, index, checkpoint.size, tree.inclusion(index), checkpoint.root
        )


def test_each_subject_has_a_chain_without_gaps(log: AuditLog) -> None:
    streams = [uuid4() for _ in range(5)]
    for version in range(1, 8):
        log.append(*(an_opening(stream, version) for stream in streams))
    log.run_until_covered()

    for stream in streams:
        chain = log.rows.of_subject(leaf.stream_subject(stream), 0, 100)
        assert [row.sequence for row in chain] == list(range(1, 8))
        previous = [leaf.decode(row.entry).previous for row in chain]
        assert previous == [None, *(row.leaf_hash for row in chain[:-1])]
        head = log.rows.head_of(leaf.stream_subject(stream))
        assert head is not None
        assert (head.sequence, head.leaf_hash) == (7, chain[-1].leaf_hash)


def test_the_newest_leaves_of_a_subject_are_found_between_any_two_positions(log: AuditLog) -> None:
    streams = [uuid4() for _ in range(3)]
    for version in range(1, 81):
        log.append(*(an_opening(stream, version) for stream in streams))
    log.run_until_covered()

    subject = leaf.stream_subject(streams[1])
    chain = log.rows.of_subject(subject, 0, 100)[::-1]
    first, last = chain[-1].position, chain[0].position
    for start, end in (
        (0, last + 9),
        (0, last),
        (first, first + 1),
        (first + 1, first + 2),
        (90, 91),
        (50, 170),
    ):
        expected = [row for row in chain if start <= row.position < end]
        for limit in (1, 40, 100):
            found = log.rows.newest_of(subject, start=start, end=end, limit=limit)
            assert found == expected[:limit], (start, end, limit)
    assert log.rows.newest_of(leaf.stream_subject(uuid4()), start=0, end=last, limit=9) == []


def test_a_message_that_is_opened_later_belongs_to_its_mailbox(log: AuditLog) -> None:
    party = know(log.events._keys, uuid4())
    published = a_publication(party, know(log.events._keys, uuid4()), {"nl": "x"})
    log.append(published)
    log.run_until_covered()
    log.append(an_opening(published.originator_id, 2))
    log.run_until_covered()  # by one that has to look the message up

    chain = log.rows.of_subject(leaf.mailbox_subject(published.mailbox_id), 0, 10)
    assert [leaf.decode(row.entry).kind for row in chain] == ["message.published", "message.opened"]
    assert set(leaf.decode(chain[0].entry).commitments) >= {"subject", "access.actor"}


def test_a_leaf_is_found_by_its_event(log: AuditLog) -> None:
    event = an_opening()
    log.append(event)
    log.run_until_covered()

    found = log.rows.find([event.event_id, uuid4()])
    assert list(found) == [event.event_id]
    entry = leaf.decode(found[event.event_id].entry)
    assert entry.event == str(event.event_id)
    assert found[event.event_id].subject == entry.subject


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513])
def test_trees_of_any_size_are_whole(small_log: AuditLog, size: int) -> None:
    small_log.append_many(size - 1)  # and what the log says of itself
    checkpoint = small_log.run_until_covered()

    assert checkpoint.size == size
    tree = PublishedLog(small_log.files).tree()
    assert tree is not None
    assert tree.root() == checkpoint.root


def test_partial_tiles_go_when_full_ones_are_there(small_log: AuditLog) -> None:
    with small_log.running():
        for _ in range(4):
            small_log.append_many(100)
            small_log.covered()

    partial = sorted(path for path in small_log.files.list() if ".p/" in path)
    assert partial
    assert not [path for path in partial if "/000.p/" in path and not path.startswith("tile/1")]


def test_concurrent_writers_whose_transactions_fail_leave_no_gap(log: AuditLog) -> None:
    stream = uuid4()

    def write(number: int) -> None:
        log.append(an_opening())
        with suppress(VersionConflict):
            log.append(an_opening(stream, number % 7 + 1), an_opening())

    with log.running(), ThreadPoolExecutor(8) as writers:
        for done in [writers.submit(write, number) for number in range(60)]:
            done.result()
        log.covered()

    positions = [one.position for one in log.entries()]
    stored = log.events.recorder.read_after(0, 10_000)
    assert positions == [one.position for one in stored]
    events = [one.event for one in log.entries()]
    assert len(set(events)) == len(events)


def test_a_checkpoint_is_out_within_a_second_also_under_constant_load(log: AuditLog) -> None:
    with log.running():
        log.append()
        log.covered()
        slowest = 0.0
        until = monotonic() + 0.8
        while monotonic() < until:
            log.append_many(20)
            committed = monotonic()
            log.covered(within=1.0)
            slowest = max(slowest, monotonic() - committed)
    assert slowest < 1.0


def test_no_leaf_holds_what_is_personal(log: AuditLog) -> None:
    party = know(log.events._keys, uuid4())
    log.append(an_address(party, "piet@example.org"))
    log.run_until_covered()

    row = log.rows.at([0])[0]
    assert b"piet" not in row.entry
    assert base64.b64encode(b"piet") not in row.entry
    assert UUID(leaf.decode(row.entry).event)
