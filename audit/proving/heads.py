"""That nothing of a mailbox's history is hidden: its record in the tree of heads of the last closed day.

The day's closing leaf tells the root over the last leaf of every mailbox. Whoever knows their record there
knows that their chain ended with that leaf; what came later they have themselves. Blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audit import leaf
from audit.leaf import CLOSED_DAY, Entry, stream_subject
from audit.logfiles.port import heads_prefix
from audit.proving.errors import LogDamaged
from audit.proving.log import ProvenLog, Snapshot, count_of_heads
from audit.published import PublishedLog
from audit.sequencer.rows import LeafRow
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path
from audit.tlog.tree import TileInvalid, TileMissing
from domain.ids import audit_log_id

_AT_ONCE: Final = 8
_RECORD_BYTES: Final = 56


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """The newest closing leaf that a checkpoint has."""

    row: LeafRow
    entry: Entry


@dataclass(frozen=True, slots=True)
class HeadProof:
    """A mailbox's record of 56 bytes, its number among the day's, and the way up to their root."""

    record: bytes
    index: int
    count: int
    hashes: tuple[bytes, ...]


class Heads:
    """Finds records in the published trees of heads."""

    def __init__(self, log: ProvenLog, published: PublishedLog) -> None:
        self._log = log
        self._published = published

    def last_closed(self, snapshot: Snapshot) -> ClosedDay | None:
        """The newest closed day that the checkpoint has; None before the first."""
        subject = stream_subject(audit_log_id())
        head = self._log.rows.head_of(subject)
        after = max(0, head.sequence - _AT_ONCE) if head else -1
        while after >= 0:
            for row in reversed(self._log.rows.of_subject(subject, after, _AT_ONCE)):
                entry = leaf.decode(row.entry)
                if entry.kind == CLOSED_DAY and snapshot.covers(row):
                    return ClosedDay(row, entry)
            after = max(0, after - _AT_ONCE) if after else -1
        return None

    def proof(self, day: ClosedDay, subject: str) -> HeadProof | None:
        """The record of this mailbox on that day; None where it had no leaf yet. Raises `LogDamaged`."""
        count = count_of_heads(day.entry)
        found = self._find(day.row.index, count, leaf.subject_bytes(subject))
        if found is None:
            return None
        index, record = found
        try:
            hashes = self._log.heads_tree(day.row.index, day.entry).inclusion(index)
        except (TileMissing, TileInvalid) as error:
            raise LogDamaged from error
        return HeadProof(record, index, count, tuple(hashes))

    def _find(self, day: int, count: int, pseudonym: bytes) -> tuple[int, bytes] | None:
        """The records are sorted: as many bundles are read as it takes to halve their number to one."""
        first, last = 0, -(-count // TILE_WIDTH) - 1
        while first <= last:
            number = (first + last) // 2
            records = self._bundle(day, number, count)
            if pseudonym < records[0][: len(pseudonym)]:
                last = number - 1
            elif pseudonym > records[-1][: len(pseudonym)]:
                first = number + 1
            else:
                for place, record in enumerate(records):
                    if record.startswith(pseudonym):
                        return number * TILE_WIDTH + place, record
                return None
        return None

    def _bundle(self, day: int, number: int, count: int) -> list[bytes]:
        width = min(TILE_WIDTH, count - number * TILE_WIDTH)
        data = self._published.read(heads_prefix(day) + entries_path(number, width))
        try:
            records = decode_bundle(data or b"")
        except ValueError as error:
            raise LogDamaged from error
        if len(records) != width or any(len(record) != _RECORD_BYTES for record in records):
            raise LogDamaged
        return records
