"""Rows and leaves, both ways: each row has its leaf, each leaf its row, at the same position and the same to
the byte.

Both are walked in the order of positions. What does not fit waits, under its digest, for the other side to
turn up elsewhere (a row that was moved, or numbered anew); what is left at the end is paired by event id, and
told as changed, missing or inserted. At most `WAITING` of each side wait; beyond it they are told at once.
"""

from __future__ import annotations

from typing import Final

from audit.leaf import Entry, EventFacts, UnreadableState, mailbox_subject, read_state, stream_subject
from audit.leaf import stored_digest as digest_of
from audit.verifier.findings import Report, Rule
from audit.verifier.rows import Row, Rows
from audit.verifier.truth import LeafTruth

WAITING: Final = 10_000


class Reconciler:
    """Compares rows with leaves while these pass. Raises `Unreachable`.

    The rows are read as of the first leaf, so after the checkpoint: each event that it covers is among them,
    also where more are recorded meanwhile.
    """

    def __init__(self, rows: Rows, report: Report) -> None:
        self._report = report
        self._rows = rows.all()
        self._row: Row | None = None
        self._is_begun = False
        self._truth = LeafTruth(rows, report)
        self._leaves: dict[bytes, tuple[int, Entry]] = {}
        self._lost: dict[bytes, Row] = {}
        self._last_position = 0
        self._newer = 0
        self._emptied = 0

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        self._begin()
        self._last_position = max(self._last_position, entry.position)
        while self._row is not None and self._row.position < entry.position:
            self._row_alone(self._row)
            self._row = next(self._rows, None)
        row = self._row
        if row is None or row.position != entry.position:
            self._leaf_alone(index, entry)
            return
        self._row = next(self._rows, None)
        if row.state is not None and digest(row) == entry.stored:
            self._truth.take(index, entry, row)
        else:
            self._row_alone(row)
            self._leaf_alone(index, entry)

    def finish(self, erased: dict[str, int]) -> None:
        """All leaves were seen: look at the rows behind them, and tell what is left."""
        self._begin()
        self._truth.finish()
        while self._row is not None:
            if self._row.position <= self._last_position:
                self._row_alone(self._row)
            elif not self._is_moved(self._row, digest(self._row)):
                self._newer += 1
            self._row = next(self._rows, None)
        self._pair_what_is_left(erased)
        if self._newer:
            self._report.notes.append(f"{self._newer} events are newer than the checkpoint.")
        if self._emptied:
            self._report.notes.append(f"{self._emptied} payloads are gone, of owners who were erased later.")

    def close(self) -> None:
        """Let go of the rows, read to their end or not."""
        self._rows.close()

    def _begin(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            self._row = next(self._rows, None)

    def _pair_what_is_left(self, erased: dict[str, int]) -> None:
        by_event = {facts.event_id: row for row in self._lost.values() if (facts := facts_of(row))}
        by_position = {row.position: row for row in self._lost.values()}
        told: set[int] = set()
        for index, entry in self._leaves.values():
            row = by_event.get(entry.event) or by_position.get(entry.position)
            if row is None or row.position in told:
                self._tell_missing(index, entry)
            elif self._tell_changed(index, entry, row, erased):
                told.add(row.position)
        for row in self._lost.values():
            if row.position not in told:
                self._tell_inserted(row)

    def _leaf_alone(self, index: int, entry: Entry) -> None:
        row = self._lost.pop(entry.stored, None)
        if row is not None:
            self._tell_moved(index, entry, row)
        elif len(self._leaves) < WAITING:
            self._leaves[entry.stored] = index, entry
        else:
            self._tell_missing(index, entry)

    def _row_alone(self, row: Row) -> None:
        stored = digest(row)
        if self._is_moved(row, stored):
            return
        if len(self._lost) < WAITING:
            self._lost[stored] = row
        else:
            self._tell_inserted(row)

    def _is_moved(self, row: Row, stored: bytes) -> bool:
        found = self._leaves.pop(stored, None)
        if found is not None:
            self._tell_moved(*found, row)
        return found is not None

    def _tell_moved(self, index: int, entry: Entry, row: Row) -> None:
        what = f"its row lies at position {row.position}, and was recorded at {entry.position}"
        self._report.add(Rule.ROW_MOVED, what, index, entry.subject)

    def _tell_missing(self, index: int, entry: Entry) -> None:
        what = f"its row is gone from position {entry.position}: number {entry.sequence} of its subject"
        self._report.add(Rule.ROW_MISSING, what, index, entry.subject)

    def _tell_changed(self, index: int, entry: Entry, row: Row, erased: dict[str, int]) -> bool:
        """Whether the row is the leaf's, changed."""
        where = f"the row at position {row.position}"
        if row.state is None:
            if index < erased.get(entry.subject, -1):
                self._emptied += 1
            else:
                what = f"{where} has lost its payload, and no erasure of its owner was logged since"
                self._report.add(Rule.PAYLOAD_MISSING, what, index, entry.subject)
            return True
        facts = facts_of(row)
        if facts is None:
            what = f"{where} cannot be read any more"
        elif facts.event_id != entry.event:
            self._tell_missing(index, entry)
            return False
        else:
            what = f"{where} was changed: {_difference(entry, row, facts)}"
        self._report.add(Rule.ROW_CHANGED, what, index, entry.subject)
        return True

    def _tell_inserted(self, row: Row) -> None:
        facts = facts_of(row)
        mailbox = facts.mailbox_id if facts else None
        subject = mailbox_subject(mailbox) if mailbox else stream_subject(row.stream)
        what = f"the row at position {row.position}, version {row.version} of its stream, was never logged"
        self._report.add(Rule.ROW_INSERTED, what, None, subject)


def digest(row: Row) -> bytes:
    """What the row's leaf says of it."""
    return digest_of(row.stream, row.version, row.topic, row.state or b"")


def facts_of(row: Row) -> EventFacts | None:
    """What the row says openly, or None where it is no event."""
    try:
        return read_state(row.stream, row.topic, row.state or b"")
    except UnreadableState:
        return None


def _difference(entry: Entry, row: Row, facts: EventFacts) -> str:
    """What of it is not as it was, as far as the leaf tells."""
    said = [("its topic", entry.kind, row.topic), ("its time", entry.time, facts.time)]
    changed = [name for name, was, is_now in said if was != is_now]
    paths = sorted(entry.commitments.keys() | facts.commitments.keys())
    changed += [path for path in paths if entry.commitments.get(path) != facts.commitments.get(path)]
    mailbox = facts.mailbox_id
    if mailbox is not None and mailbox_subject(mailbox) != entry.subject:
        changed.append("its mailbox")
    return ", ".join(changed) or "its stream, its version, or a part of its state that the leaf does not name"
