"""Every subject's leaves, numbered 1, 2, 3 … and each chained to the one before; and all mailboxes' heads.

Of a subject only its last number and leaf hash are held: some 250 bytes, however long its history is.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from audit.leaf import AFTER_ERASURE, ERASED, Entry, is_mailbox, subject_bytes
from audit.verifier.findings import Report, Rule

_SUBJECT: Final = re.compile(r"[ms]:[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
_head = struct.Struct(">Q32s")


class Chains:
    """Follows all subjects from leaf to leaf."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._mailboxes: dict[str, bytes] = {}
        self._streams: dict[str, bytes] = {}
        self._in_doubt: dict[str, bytes] = {}
        self._met_again: set[str] | None = None
        self.erased: dict[str, int] = {}
        """The mailboxes whose owner was erased, with the leaf that says so."""

    def take(self, index: int, entry: Entry, digest: bytes) -> None:
        """The next leaf; `digest` is its leaf hash."""
        subject = entry.subject
        heads = self._mailboxes if is_mailbox(subject) else self._streams
        head = heads.get(subject)
        if head is None:
            if not _SUBJECT.fullmatch(subject):
                self._report.add(Rule.MALFORMED, "its subject is not a pseudonym", index)
                return
            last, previous = 0, None
        else:
            last, previous = _head.unpack(head)
        if entry.sequence != last + 1 or entry.previous != previous:
            self._tell_break(index, entry, last)
        heads[subject] = _head.pack(entry.sequence, digest)
        if self.erased and subject in self.erased and entry.kind not in AFTER_ERASURE:
            self._report.add(
                Rule.AFTER_ERASURE,
                f"{entry.kind} came after leaf {self.erased[subject]} had erased the mailbox's owner",
                index,
                subject,
            )
        if entry.kind == ERASED:
            self.erased.setdefault(subject, index)

    def doubt(self, subject: str, other_digest: bytes) -> None:
        """The subject's last leaf has two hashes, one by its entry and one by its tile; either may be the
        true one.
        """
        self._in_doubt[subject] = other_digest

    def skip(self) -> None:
        """Leaves are missing from here: how each chain went on is not known."""
        self._met_again = set()

    def heads(self) -> list[bytes] | None:
        """All mailboxes' records (`audit.leaf.head_record`), sorted; None after leaves that are missing."""
        if self._met_again is not None:
            return None
        return sorted(subject_bytes(subject) + head for subject, head in self._mailboxes.items())

    def _tell_break(self, index: int, entry: Entry, last: int) -> None:
        subject, number = entry.subject, entry.sequence
        if self._met_again is not None and subject not in self._met_again:
            self._met_again.add(subject)
            return
        if number == last + 1:
            if last and self._in_doubt.pop(subject, None) == entry.previous:
                return
            what = "it is not chained to the subject's leaf before it"
            self._report.add(Rule.CHAIN, what, index, subject)
        elif number <= last:
            what = f"it is number {number} of its subject, which had {last} already: a number comes twice"
            self._report.add(Rule.SEQUENCE, what, index, subject)
        else:
            gap = f"number {last + 1} is" if number == last + 2 else f"numbers {last + 1} to {number - 1} are"
            what = f"it is number {number} of its subject, of which {gap} missing before it"
            self._report.add(Rule.SEQUENCE, what, index, subject)
