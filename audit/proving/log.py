"""Proofs from the published log, all of one call against one checkpoint. Blocks: call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.leaf import Entry, decode
from audit.logfiles.port import heads_prefix
from audit.proving.errors import LogDamaged, NoLogYet, NotLoggedYet
from audit.published import PublishedLog
from audit.sequencer.rows import LeafRow, LeafRows
from audit.timestamps.files import INDEX, timestamp_path
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import ProofInvalid, verify_inclusion
from audit.tlog.notes import Note
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import TILE_WIDTH, TilePath, decode_bundle, encode_bundle, parse_path
from audit.tlog.tree import TileInvalid, TileMissing, TileTree

_HASH_BYTES = 32
_LEVEL_BITS = 8


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The log as one checkpoint has it. `note`: the signed checkpoint as it was published."""

    note: bytes
    checkpoint: Checkpoint
    tree: TileTree

    def covers(self, row: LeafRow) -> bool:
        """Whether the checkpoint has this leaf."""
        return row.index < self.checkpoint.size

    def proof(self, row: LeafRow) -> TlogProof:
        """That the leaf is in the log, with its entry. Raises `NotLoggedYet`, `LogDamaged`, `Unavailable`."""
        if not self.covers(row):
            raise NotLoggedYet
        try:
            hashes = self.tree.inclusion(row.index)
            # A sender is to find the log wanting sooner than us: what does not lead to the root is not given.
            verify_inclusion(row.leaf_hash, row.index, self.checkpoint.size, hashes, self.checkpoint.root)
        except (TileMissing, TileInvalid, ProofInvalid) as error:
            raise LogDamaged from error
        return TlogProof(row.index, tuple(hashes), self.note, row.entry)


@dataclass(frozen=True, slots=True)
class LogState:
    """The newest checkpoint, for people. `at`: when the log took its last leaf; None of an empty log.

    `cosigners`: how many others than the log signed it too.
    """

    size: int
    at: datetime | None
    cosigners: int


class ProvenLog:
    """The published log and the rows it was made of. Safe among threads.

    Every method raises `Unavailable` where either does not answer.
    """

    def __init__(self, published: PublishedLog, rows: LeafRows) -> None:
        self._published = published
        self.rows = rows

    def snapshot(self) -> Snapshot:
        """The log as it is now. Raises `NoLogYet`."""
        note = self._published.checkpoint()
        if note is None:
            raise NoLogYet
        return Snapshot(note, Checkpoint.parse(Note.parse(note).text), self._published.tree_of(note))

    def state(self) -> LogState:
        """What can be said of the newest checkpoint. Raises `NoLogYet`."""
        snapshot = self.snapshot()
        checkpoint = snapshot.checkpoint
        last = self.rows.at([checkpoint.size - 1]).get(checkpoint.size - 1)
        names = {one.name for one in Note.parse(snapshot.note).signatures}
        return LogState(
            checkpoint.size,
            None if last is None else datetime.fromisoformat(decode(last.entry).logged),
            len(names - {checkpoint.origin}),
        )

    def last_position(self, snapshot: Snapshot) -> int:
        """Where the event store has the last event that the checkpoint knows; 0 of an empty log."""
        last = self.rows.at([snapshot.checkpoint.size - 1])
        return max((row.position for row in last.values()), default=0)

    def witnessed(self) -> bytes:
        """The newest checkpoint that met the witnesses' quorum. Raises `NoLogYet` where none did."""
        note = self._published.witnessed_checkpoint()
        if note is None:
            raise NoLogYet
        return note

    def vkeys(self) -> bytes:
        """What checks the log's signatures, one a line. Raises `NoLogYet`."""
        keys = self._published.vkeys()
        if keys is None:
            raise NoLogYet
        return keys

    def leaf(self, event_id: UUID) -> LeafRow:
        """The leaf of this event. Raises `NotLoggedYet`."""
        found = self.rows.find([event_id]).get(event_id)
        if found is None:
            raise NotLoggedYet
        return found

    def covered(self, positions: Iterable[int]) -> dict[int, LeafRow]:
        """The leaves of the events at these positions, of those that the newest checkpoint has.

        None before the first checkpoint.
        """
        note = self._published.checkpoint()
        wanted = list(positions)
        if note is None or not wanted:
            return {}
        size = Checkpoint.parse(Note.parse(note).text).size
        found = self.rows.at_positions(wanted)
        return {position: row for position, row in found.items() if row.index < size}

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        """That the tree of `old_size` leaves is the beginning of that of `size`.

        Raises `ValueError` where nothing shows it: from no leaf, or beyond the newest checkpoint.
        """
        snapshot = self.snapshot()
        if size > snapshot.checkpoint.size:
            raise ValueError("the log is not that large yet")
        there = snapshot.checkpoint.size
        try:
            # The partial tiles of a tree of before may be gone.
            tree = TileTree(lambda path: self._tile(parse_path(path), there), size)
            return tree.consistency(old_size)
        except (TileMissing, TileInvalid) as error:
            raise LogDamaged from error

    def tile(self, path: TilePath) -> bytes | None:
        """The tile or bundle at that path, as the newest checkpoint has it; None where it has none.

        A partial one that is not kept any more is cut from what took its place.
        """
        return self._tile(path, self.snapshot().checkpoint.size)

    def _tile(self, path: TilePath, size: int) -> bytes | None:
        there = min(TILE_WIDTH, (size >> _LEVEL_BITS * (path.level or 0)) - path.number * TILE_WIDTH)
        if path.width > there:
            return None
        found = self._published.read(str(path))
        if found is not None:
            return found
        larger = self._published.read(str(TilePath(path.level, path.number, there)))
        if larger is None:
            raise LogDamaged
        if path.level is None:
            return encode_bundle(decode_bundle(larger)[: path.width])
        return larger[: path.width * _HASH_BYTES]

    def heads_tile(self, index: int, path: TilePath) -> bytes | None:
        """A tile or bundle of the tree of mailbox heads that the leaf of that number tells the root of."""
        return self._published.read(heads_prefix(index) + str(path))

    def stamped_sizes(self) -> bytes:
        """Of which sizes a timestamp authority stamped the tree, one a line; empty where none was."""
        return self._published.read(INDEX) or b""

    def timestamp(self, size: int) -> bytes | None:
        """The authority's answer (RFC 3161) for the tree of this size; None where it was not asked then."""
        return self._published.read(timestamp_path(size))

    def heads_tree(self, index: int, entry: Entry) -> TileTree:
        """The tree of mailbox heads of a leaf of `audit_log.day_closed`."""
        return self._published.heads_tree(heads_prefix(index), count_of_heads(entry))


def count_of_heads(entry: Entry) -> int:
    """How many mailboxes there were when the day was closed, by the entry of `audit_log.day_closed`."""
    return int((entry.facts or {})["count"])
