"""The audit log's role: it follows the event store, sequences, publishes and signs. One copy works, the
others stand by.

What is in doubt is never patched while running: after any trouble it begins anew, from what is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event as Flag
from typing import Final

import structlog

from audit import leaf
from audit.logfiles import port
from audit.logfiles.port import LogFiles
from audit.sequencer.beginning import Beginning, begin
from audit.sequencer.errors import Interrupted, Refused
from audit.sequencer.headstree import publish_heads
from audit.sequencer.leafmaking import LeafMaker
from audit.sequencer.publishing import Publisher
from audit.sequencer.record import OwnRecord
from audit.sequencer.rows import LeafRow, LeafRows
from audit.sequencer.rowwriter import WITNESSED, RowWriter
from audit.sequencer.witnessing import Witnessing
from audit.tlog.notes import SignerKey
from domain.causes import cause_of
from domain.clock import Clock
from domain.errors import Retryable
from eventstore.errors import LeadershipLost
from eventstore.follower import WAIT_SECONDS, Follower
from eventstore.recorder import RecordedEvent
from eventstore.store import EventStore
from telemetry import meters

ROLE: Final = "audit-log"
PAGE_EVENTS: Final = 2_000
"""Sequenced in a tenth of a second or two: a checkpoint need not wait longer for its turn."""

GATHER_SECONDS: Final = 0.1
"""How long after a page that was not full: a few events at a time would each cost a transaction of their own,
and take the processor from those who publish.
"""

_PAUSE_SECONDS: Final = 1.0
_log = structlog.get_logger(__name__)


class Sequencer:
    """Runs in one thread; any thread may stop it. `keys`: the current one first, all of one origin."""

    def __init__(
        self,
        events: EventStore,
        rows: LeafRows,
        writer: RowWriter,
        files: LogFiles,
        keys: Sequence[SignerKey],
        clock: Clock,
        new_witnessing: Callable[[], Witnessing] | None = None,
    ) -> None:
        self._events = events
        self._rows = rows
        self._writer = writer
        self._files = files
        self._keys = keys
        self._clock = clock
        self._record = OwnRecord(events, clock)
        self._new_witnessing = new_witnessing
        self._stopping = Flag()
        self._follower: Follower | None = None

    def run(self) -> None:
        """Sequence until stopped, beginning anew after each trouble. Blocks.

        Raises `Refused` where going on would contradict what was signed.
        """
        leadership = self._events.leadership(ROLE)
        while not self._stopping.is_set():
            try:
                if leadership.acquire(self._stopping):
                    self._lead(leadership.check)
            except (Retryable, LeadershipLost, Interrupted) as trouble:
                if not self._stopping.wait(_PAUSE_SECONDS):
                    error = type(trouble).__name__
                    _log.warning("audit_log.interrupted", error=error, cause=cause_of(trouble))
            except Refused:
                meters.AUDIT_REFUSALS.inc()
                raise
            finally:
                leadership.release()

    def stop(self) -> None:
        """Let `run` return, after what it has in hand. From any thread."""
        self._stopping.set()
        follower = self._follower
        if follower is not None:
            follower.stop()

    def _lead(self, check: Callable[[], None]) -> None:
        def go_on() -> None:
            if self._stopping.is_set():
                raise Interrupted("it is to stop")
            check()

        there = begin(self._rows, self._writer, self._files, self._keys, self._events.recorder, go_on)
        vkeys = "".join(f"{key.verifier.text}\n" for key in self._keys).encode()
        if self._files.read(port.VKEYS) != vkeys:
            self._files.write(port.VKEYS, vkeys)
        meters.AUDIT_LEAVES.set(there.tree.size)
        _log.info("audit_log.leads", origin=self._keys[0].name, leaves=there.tree.size)
        witnessing = self._new_witnessing() if self._new_witnessing else None
        publisher = Publisher(
            self._files,
            self._writer,
            there.tree,
            self._keys,
            last=there.signed,
            shown=there.shown,
            offer=witnessing.offer if witnessing else lambda _note: None,
        )
        if there.signed is None:
            self._require_nothing_on_record()
            publisher.publish()  # of no leaves yet: from here on it can be seen that a log began
        self._record.enter_keys(self._keys)
        try:
            if witnessing is not None:
                witnessing.start(publisher)
                self._offer_again(there, witnessing)
            self._follow(there, publisher, check)
        finally:
            if witnessing is not None:
                witnessing.stop()

    def _offer_again(self, there: Beginning, witnessing: Witnessing) -> None:
        """Ask for what the one before did not come to ask for, or got too few answers to."""
        witnessed = self._writer.checkpoint(WITNESSED)
        if there.signed is not None and (witnessed is None or witnessed.size < there.signed.size):
            witnessing.offer(there.signed.note)

    def _follow(self, there: Beginning, publisher: Publisher, check: Callable[[], None]) -> None:
        position = there.last.position if there.last else 0
        maker = LeafMaker(self._writer, there.tree.size, _logged(there.last))
        follower = self._follower = self._events.follow(position, page_events=PAGE_EVENTS)
        try:
            while not self._stopping.is_set():
                self._record.close_day()
                left = publisher.seconds_left
                page = follower.next_page(WAIT_SECONDS if left is None else left)
                check()
                for part in _parts(page):
                    self._sequence(part, maker, publisher)
                if publisher.seconds_left == 0:
                    publisher.publish()
                publisher.look_after()
                if page and len(page) < PAGE_EVENTS:
                    self._stopping.wait(GATHER_SECONDS)
        finally:
            self._follower = None
            follower.close()

    def _require_nothing_on_record(self) -> None:
        origin = self._keys[0].name
        if self._record.has_ever_begun(origin):
            raise Refused(
                f"the event store says that the audit log {origin} began, and neither its database nor the "
                "published log is here: it would be signed a second time, and otherwise. Put one of both "
                "back from a copy; where both are lost for good, begin a new log with a key of another name "
                "(`ebox audit keys new --name`)"
            )

    def _sequence(self, page: Sequence[RecordedEvent], maker: LeafMaker, publisher: Publisher) -> None:
        told = None
        if page[0].stored.topic == leaf.CLOSED_DAY:
            told = publish_heads(self._files, maker.size, self._writer.mailbox_heads())
        made = maker.make(page, self._clock.now(), told)
        self._writer.add(made)
        publisher.extend(made.leaves)


def _parts(page: Sequence[RecordedEvent]) -> list[Sequence[RecordedEvent]]:
    """The page, cut so that an event whose leaf tells the heads stands alone, behind what is rows by then."""
    parts: list[Sequence[RecordedEvent]] = []
    start = 0
    for at, one in enumerate(page):
        if one.stored.topic == leaf.CLOSED_DAY:
            parts += [page[start:at], page[at : at + 1]]
            start = at + 1
    return [part for part in (*parts, page[start:]) if part]


def _logged(last: LeafRow | None) -> datetime | None:
    return None if last is None else datetime.fromisoformat(leaf.decode(last.entry).logged)
