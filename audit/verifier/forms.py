"""Whether each member of an entry has the form that `audit.leaf` gives it: one that has not may say anything,
also what is personal.

Kinds and paths come again and again, and are looked at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from audit.leaf import CLOSED_DAY, FACTS, Entry
from audit.tlog.merkle import HASH_BYTES
from audit.verifier.findings import Report, Rule

MOST_KNOWN: Final = 10_000

_is_kind = re.compile(r"[a-z][a-z_]{0,99}\.[a-z][a-z_]{0,99}", re.ASCII).fullmatch
_is_path = re.compile(r"[a-z0-9_]{1,100}(?:\.[a-z0-9_]{1,100}){0,9}", re.ASCII).fullmatch
_is_commitment = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", re.ASCII).fullmatch
_is_logged = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII).fullmatch

_ALSO_TOLD: Final = {CLOSED_DAY: ("count", "heads")}
_OPENLY: Final = {kind: frozenset((*names, *_ALSO_TOLD.get(kind, ()))) for kind, names in FACTS.items()}


class Forms:
    """Looks at one leaf after the other."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._known: set[str] = set()
        self._logged = ""

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        member = self._wrong(entry)
        if member is not None:
            self._report.add(Rule.MALFORMED, f"its {member} is not of the form of one", index, entry.subject)
        if entry.facts is not None or entry.kind in _OPENLY:
            expected = _OPENLY.get(entry.kind)
            if expected is None or entry.facts is None or entry.facts.keys() != expected:
                what = f"what it says openly is not what a leaf of {entry.kind} says"
                self._report.add(Rule.MALFORMED, what, index, entry.subject)

    def _wrong(self, entry: Entry) -> str | None:
        if entry.logged != self._logged:
            if not _is_logged(entry.logged):
                return "time of being logged"
            self._logged = entry.logged
        if not self._is_known(entry.kind, _is_kind):
            return "kind"
        if len(entry.stored) != HASH_BYTES:
            return "digest of the stored row"
        for path, value in entry.commitments.items():
            if not _is_commitment(value) or not self._is_known(path, _is_path):
                return "list of commitments"
        return None

    def _is_known(self, text: str, has_form: Callable[[str], object]) -> bool:
        if text in self._known:
            return True
        if not has_form(text):
            return False
        if len(self._known) < MOST_KNOWN:
            self._known.add(text)
        return True
