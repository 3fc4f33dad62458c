"""Once a day a leaf tells the root of all mailboxes' last leaves, and the tree of them is published."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from audit import leaf
from audit.leaf import Entry
from audit.logfiles.port import heads_prefix
from audit.sequencer import rowwriter
from audit.sequencer.record import OwnRecord
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.tiles import decode_bundle
from audit.tlog.tree import TileTree
from domain.clock import FixedClock
from tests.auditlog import AuditLog, directory, every_file
from tests.logbook import a_mailbox, an_opening, know

DAY = timedelta(days=1)
EVENING = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def clock(log: AuditLog) -> FixedClock:
    """A clock of the log's own."""
    log.clock = FixedClock(EVENING)
    return log.clock


def mailboxes(log: AuditLog, count: int) -> list[str]:
    owner = know(log.events._keys, uuid4())
    created = [a_mailbox(owner, "85073003328") for _ in range(count)]
    log.append(*created)
    return [leaf.mailbox_subject(one.originator_id) for one in created]


def closings(log: AuditLog) -> list[tuple[int, Entry]]:
    return [(at, one) for at, one in enumerate(log.entries()) if one.kind == leaf.CLOSED_DAY]


def test_a_day_is_closed_once_with_the_heads_before_its_leaf(
    log: AuditLog, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rowwriter, "_PORTION", 3)  # so that some pages of heads are read
    subjects = mailboxes(log, 8)
    log.append(an_opening())
    log.run_until_covered()
    assert closings(log) == []

    clock.advance(timedelta(seconds=2))
    with log.running():
        log.append()
        log.covered_with(lambda: bool(closings(log)))
        later = mailboxes(log, 1)
        log.covered()
    log.run_until_covered()

    ((index, entry),) = closings(log)
    records = sorted(leaf.head_record(one, 1, head(log, one)) for one in subjects)
    tree = Frontier()
    for record in records:
        tree.append(leaf_hash(record))
    assert entry.facts == {"day": "2026-03-04", "heads": base64.b64encode(tree.root()).decode(), "count": 8}
    prefix = heads_prefix(index)
    assert decode_bundle(log.files.read(f"{prefix}tile/entries/000.p/8") or b"") == records
    assert TileTree(lambda path: log.files.read(prefix + path), 8).root() == tree.root()
    assert later[0] not in subjects


def head(log: AuditLog, subject: str) -> bytes:
    found = log.rows.head_of(subject)
    assert found is not None
    return found.leaf_hash


def test_trees_of_heads_are_made_again_from_the_rows(log: AuditLog, clock: FixedClock) -> None:
    mailboxes(log, 5)
    log.run_until_covered()
    clock.advance(DAY)
    with log.running():
        log.covered_with(lambda: bool(closings(log)))
    mailboxes(log, 2)  # heads that a tree of that day does not have
    log.run_until_covered()
    before = heads_files(log)
    assert before

    log.files = directory(log.folder / "again")
    log.run_until_covered()
    assert heads_files(log) == before


def heads_files(log: AuditLog) -> dict[str, bytes | None]:
    return {path: data for path, data in every_file(log.files).items() if path.startswith("heads/")}


def test_two_that_close_a_day_at_once_close_it_once(log: AuditLog, clock: FixedClock) -> None:
    first, second = OwnRecord(log.events, clock), OwnRecord(log.events, clock)
    assert first.enter_keys(log.keys)
    assert not second.enter_keys(log.keys)
    clock.advance(DAY)

    assert [first.close_day(), second.close_day(), first.close_day()] == [True, False, False]
    clock.advance(DAY * 3)  # nobody was at work: the last day is closed, those between are not
    assert [second.close_day(), first.close_day()] == [True, False]


def test_the_time_of_leaves_never_goes_back(log: AuditLog, clock: FixedClock) -> None:
    log.append()
    log.run_until_covered()
    clock.advance(timedelta(hours=-1))
    log.append()
    log.run_until_covered()
    log.append()
    with log.running():
        log.covered()

    logged = [one.logged for one in log.entries()]
    assert logged == sorted(logged)
