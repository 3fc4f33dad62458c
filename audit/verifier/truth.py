"""Whether a leaf tells the truth about its row, where the row is as it was: a log could say anything."""

from __future__ import annotations

from typing import Final

from audit.leaf import Entry, UnreadableState, mailbox_subject, read_state, stream_subject
from audit.verifier.findings import Report, Rule
from audit.verifier.rows import Row, Rows

LOOKED_UP_AT_ONCE: Final = 500
_OF_A_MESSAGE: Final = "message."


class LeafTruth:
    """Makes a leaf's content anew from the row.

    Message events that do not name their mailbox are looked up in the event that began their stream.
    """

    def __init__(self, rows: Rows, report: Report) -> None:
        self._rows = rows
        self._report = report
        self._waiting: list[tuple[int, Entry, Row]] = []

    def take(self, index: int, entry: Entry, row: Row) -> None:
        """A leaf and its row."""
        try:
            facts = read_state(row.stream, row.topic, row.state or b"")
        except UnreadableState:
            what = f"the row at position {row.position} was no event's when it was logged"
            self._report.add(Rule.LEAF_UNTRUE, what, index, entry.subject)
            return
        openly = facts.facts or {}
        told = entry.facts or {}
        is_true = (
            entry.event == facts.event_id
            and entry.kind == row.topic
            and entry.time == facts.time
            and entry.commitments == facts.commitments
            and all(told.get(name) == value for name, value in openly.items())
        )
        if not is_true:
            what = f"what it says of the event is not what the row at position {row.position} says"
            self._report.add(Rule.LEAF_UNTRUE, what, index, entry.subject)
        if facts.mailbox_id is not None:
            self._compare(index, entry, mailbox_subject(facts.mailbox_id))
        elif row.topic.startswith(_OF_A_MESSAGE):
            self._waiting.append((index, entry, row))
            if len(self._waiting) >= LOOKED_UP_AT_ONCE:
                self.finish()
        else:
            self._compare(index, entry, stream_subject(row.stream))

    def finish(self) -> None:
        """Look up what waits."""
        waiting, self._waiting = self._waiting, []
        first = self._rows.first_of([row.stream for _, _, row in waiting]) if waiting else {}
        for index, entry, row in waiting:
            began = first.get(row.stream)
            if began is None or began.state is None:
                continue  # That this row is gone or changed is a finding of its own
            try:
                mailbox = read_state(began.stream, began.topic, began.state).mailbox_id
            except UnreadableState:
                continue
            subject = mailbox_subject(mailbox) if mailbox else stream_subject(row.stream)
            self._compare(index, entry, subject)

    def _compare(self, index: int, entry: Entry, subject: str) -> None:
        if entry.subject != subject:
            what = f"it stands in the history of another subject than its row, which belongs to {subject}"
            self._report.add(Rule.LEAF_UNTRUE, what, index, entry.subject)
