"""Whether an event's id or position stands in two leaves, in eight bytes an event.

Positions grow from leaf to leaf: that needs no memory.

Ids are not kept: their 64-bit hashes are, in 256 lots, each sorted alone. Only where two hashes are the same
(by chance, once in some ten million logs of a million events) all leaves are read again to compare the ids.
"""

from __future__ import annotations

import re
from array import array
from itertools import pairwise
from typing import Final

from audit.leaf import Entry
from audit.verifier.findings import Report, Rule

_LOTS: Final = 256
_is_id = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII).fullmatch


class EventIds:
    """The ids and positions of all events."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._lots = [array("q") for _ in range(_LOTS)]
        self._position = 0

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        if not _is_id(entry.event):
            self._report.add(Rule.MALFORMED, "its event's id is none", index, entry.subject)
        if entry.position <= self._position:
            what = (
                f"its position {entry.position} does not come after {self._position}, that of the leaf before"
            )
            self._report.add(Rule.POSITION, what, index, entry.subject)
        self._position = entry.position
        hashed = hash(entry.event)
        self._lots[hashed & (_LOTS - 1)].append(hashed)

    def repeated(self) -> frozenset[int]:
        """The hashes that came more than once. Ends the collection."""
        found: set[int] = set()
        for number, lot in enumerate(self._lots):
            ordered = sorted(lot)
            found.update(one for one, other in pairwise(ordered) if one == other)
            self._lots[number] = array("q")
        return frozenset(found)


class RepeatedIds:
    """The second reading, where there is one."""

    def __init__(self, report: Report, hashes: frozenset[int]) -> None:
        self._report = report
        self._hashes = hashes
        self._first: dict[str, int] = {}

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        if hash(entry.event) in self._hashes:
            first = self._first.setdefault(entry.event, index)
            if first != index:
                what = f"its event is that of leaf {first}: an event has one leaf"
                self._report.add(Rule.EVENT_ID, what, index, entry.subject)
