"""What the log says of itself in its own leaves: which keys sign it, and how each day ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from audit.leaf import CLOSED_DAY, Entry
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.encoding import decode_base64
from audit.tlog.keys import KeyMalformed
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import Note, VerifierKey
from audit.tlog.tree import Read
from audit.verifier.chains import Chains
from audit.verifier.findings import Report, Rule
from audit.verifier.recomputed import differing_files, root_of
from audit.verifier.times import CLOCK_SKEW, Times

_BEGAN: Final = "audit_log.began"
_ROTATED: Final = "audit_log.key_rotated"
_OF_THE_LOG: Final = "audit_log."


class LogEvents:
    """Follows the log's own events."""

    def __init__(self, report: Report, chains: Chains, times: Times, read_heads: Read | None) -> None:
        """`read_heads`: reads each day's tree of heads, by which owners have it proved that nothing is hidden
        from them; None where its files are not to be looked at.
        """
        self._report = report
        self._chains = chains
        self._times = times
        self._read_heads = read_heads
        self._origin: str | None = None
        self._keys: dict[str, list[tuple[int, frozenset[bytes]]]] = {}
        self._last_day = date.min

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf, before it joins its chain."""
        if not entry.kind.startswith(_OF_THE_LOG):
            return
        facts = entry.facts or {}
        try:
            if entry.kind == CLOSED_DAY:
                self._close_day(index, entry, facts)
            elif entry.kind in {_BEGAN, _ROTATED}:
                self._take_keys(index, entry, facts)
        except (KeyError, TypeError, ValueError, OverflowError, KeyMalformed):
            self._report.add(Rule.MALFORMED, f"its facts are not those of {entry.kind}", index, entry.subject)

    def check_signatures(self, checkpoint: Checkpoint, note: Note, *, is_newest: bool) -> None:
        """Whoever signed as the log was named in it, in a leaf that the checkpoint covers; and the newest
        checkpoint is signed by one that was not retired since.

        The keys that the log began with may sign from the start: its first leaves are older than it is, where
        eBox ran before. Where a log of another origin was begun earlier, that one's keys are not this one's.
        """
        if checkpoint.origin not in self._keys:
            if checkpoint.size:
                self._report.notes.append("The log does not say yet which keys it began with.")
            return
        (_, current), *rotated = self._keys[checkpoint.origin]
        known = current
        for index, keys in rotated:
            if index < checkpoint.size:
                known, current = known | keys, keys
        signers = {one.key_id for one in note.signatures if one.name == checkpoint.origin}
        signed = f"the checkpoint of {checkpoint.size} leaves is signed by"
        for key_id in sorted(signers - known):
            what = f"{signed} {key_id.hex()}, a key that no leaf of it announced"
            self._report.add(Rule.KEY_NOT_LOGGED, what)
        if is_newest and signers <= known and not signers & current:
            self._report.add(Rule.KEY_NOT_LOGGED, f"{signed} none but keys that a leaf of it had retired")

    def _take_keys(self, index: int, entry: Entry, facts: dict[str, Any]) -> None:
        keys = frozenset(VerifierKey.parse(text).key_id for text in _texts(facts["vkeys"]))
        if entry.kind == _BEGAN:
            self._origin = str(facts["origin"])
            before = self._keys.get(self._origin, [])
            if before and not keys <= frozenset(one for _, known in before for one in known):
                what = "it begins the log a second time, with other keys"
                self._report.add(Rule.KEY_NOT_LOGGED, what, index, entry.subject)
                return
        if self._origin is not None:
            self._keys.setdefault(self._origin, []).append((index, keys))

    def _close_day(self, index: int, entry: Entry, facts: dict[str, Any]) -> None:
        day = date.fromisoformat(facts["day"])
        over = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        if self._times.logged < over - CLOCK_SKEW:
            self._report.add(Rule.DAY, f"it closes {day}, which was not over yet", index, entry.subject)
        if day <= self._last_day:
            what = f"it closes {day} after {self._last_day}: each day is closed once"
            self._report.add(Rule.DAY, what, index, entry.subject)
        self._last_day = max(day, self._last_day)
        count, root = int(facts["count"]), decode_base64(facts["heads"])
        records = self._chains.heads()
        if records is None:
            return
        hashes = [leaf_hash(record) for record in records]
        if (len(records), root_of(hashes)) != (count, root):
            what = f"its heads of {count} mailboxes are not those of the {len(records)} that there were"
            self._report.add(Rule.HEADS, what, index, entry.subject)
        elif self._read_heads is not None:
            for path in differing_files(self._read_heads, f"heads/{index}/", records, hashes):
                self._report.add(
                    Rule.TILE, f"{path} is not what follows from the heads", index, entry.subject
                )


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    raise TypeError
