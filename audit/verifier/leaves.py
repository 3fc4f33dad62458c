"""Reads the leaves of a log once, from the first to the last: its entries and the tree over them.

The entries' hashes make one tree. Where an entry and its tile disagree, the tiles' hashes make a second one
from there on, and the signed root says which of the two was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

import msgspec

from application.progress import Progress
from audit.leaf import Entry, decode, encode
from audit.tlog.merkle import HASH_BYTES
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path, tile_path
from audit.verifier.chains import Chains
from audit.verifier.findings import Report, Rule
from audit.verifier.recomputed import RecomputedTree
from audit.verifier.sources import LogSource

KEPT_DIFFERENCES: Final = 10_000
MOST: Final = 2**63 - 1
"""What a position or a number of leaves can be."""


class Follower(Protocol):
    """Checks something of every leaf."""

    def take(self, index: int, entry: Entry) -> None:
        """The next leaf."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf whose entry and whose hash in the tile do not belong together."""

    index: int
    subject: str | None


class Leaves:
    """One pass over all leaves of a tree of `size`."""

    def __init__(self, source: LogSource, size: int, wanted: Iterable[int], report: Report) -> None:
        """`wanted`: the sizes whose roots are to be known."""
        self._source = source
        self._size = size
        self._report = report
        self.by_entries = RecomputedTree(source.read, wanted)
        self.by_tiles: RecomputedTree | None = None
        self.differences: list[Difference] = []
        self.is_whole = True
        """Whether each leaf has a hash, by its entry or its tile."""

    def walk(self, followers: Iterable[Follower], chains: Chains, progress: Progress) -> None:
        """Check every leaf. Raises `Unreachable`."""
        takes = [follower.take for follower in followers]
        progress.begin("checking leaves", self._size)
        for start, entries, tile in self._bundles():
            hashes = [sha256(b"\0" + entry).digest() for entry in entries or ()]
            in_tile = [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)] if tile else []
            if not hashes and not in_tile:
                self.is_whole = False
                return
            if entries is None:
                chains.skip()
            self._grow(hashes or in_tile, in_tile or hashes)
            for index, data, digest in zip(range(start, self._size), entries or (), hashes, strict=False):
                entry = self._entry(index, data)
                if in_tile and in_tile[index - start] != digest:
                    self._differ(index, entry)
                if entry is None:
                    continue
                for take in takes:
                    take(index, entry)
                chains.take(index, entry, digest)
                if in_tile and in_tile[index - start] != digest:
                    chains.doubt(entry.subject, in_tile[index - start])
            progress.advance(len(hashes) or len(in_tile))

    def again(self, follower: Follower, progress: Progress) -> None:
        """Show every leaf to one more follower. Raises `Unreachable`."""
        progress.begin("looking at event ids again", self._size)
        for start, entries, _ in self._bundles(silently=True):
            for index, data in enumerate(entries or (), start):
                try:
                    follower.take(index, decode(data))
                except (msgspec.DecodeError, RecursionError):
                    continue
            progress.advance(len(entries or ()))

    def _entry(self, index: int, data: bytes) -> Entry | None:
        try:
            entry = decode(data)
            if not (0 < entry.sequence <= MOST and 0 < entry.position <= MOST):
                raise msgspec.ValidationError("a number that cannot be - at `$.sequence` or `$.position`")
        except (msgspec.DecodeError, RecursionError) as error:
            self._report.add(Rule.MALFORMED, f"it is no entry of an audit log: {_told(error)}", index)
            return None
        if encode(entry) != data:
            what = "it is not written in the one canonical form"
            self._report.add(Rule.NOT_CANONICAL, what, index, entry.subject)
        return entry

    def _grow(self, hashes: list[bytes], in_tile: list[bytes]) -> None:
        if self.by_tiles is None and hashes != in_tile:
            self.by_tiles = self.by_entries.branch()
        self.by_entries.add(hashes)
        if self.by_tiles is not None:
            self.by_tiles.add(in_tile)

    def _differ(self, index: int, entry: Entry | None) -> None:
        if len(self.differences) < KEPT_DIFFERENCES:
            self.differences.append(Difference(index, entry.subject if entry else None))

    def _bundles(self, *, silently: bool = False) -> Iterator[tuple[int, list[bytes] | None, bytes | None]]:
        """Start, entries and tile of each 256 leaves; None where the log does not have them."""
        files = self._source.read_all(self._paths())
        for number, (bundle, hashes) in enumerate(zip(files, files, strict=True)):
            start = number * TILE_WIDTH
            width = min(TILE_WIDTH, self._size - start)
            data, held = self._or_full(bundle, entries_path(number), width)
            entries = _entries(data, held, width) if data is not None else None
            tile, held = self._or_full(hashes, tile_path(0, number), width)
            is_tile = tile is not None and len(tile) == held * HASH_BYTES
            if not silently:
                if entries is None:
                    self._tell_missing(entries_path(number, width), data is not None, start)
                if not is_tile:
                    self._tell_missing(tile_path(0, number, width), tile is not None, start)
            yield start, entries, tile[: width * HASH_BYTES] if is_tile and tile else None

    def _or_full(self, partial: bytes | None, full_path: str, width: int) -> tuple[bytes | None, int]:
        """The file, and how many leaves it has to hold.

        A log may delete a partial file once the full one is there (C2SP tlog-tiles).
        """
        if partial is None and width < TILE_WIDTH:
            return self._source.read(full_path), TILE_WIDTH
        return partial, width

    def _paths(self) -> Iterator[str]:
        for start in range(0, self._size, TILE_WIDTH):
            width = min(TILE_WIDTH, self._size - start)
            yield entries_path(start // TILE_WIDTH, width)
            yield tile_path(0, start // TILE_WIDTH, width)

    def _tell_missing(self, path: str, is_there: bool, start: int) -> None:
        end = min(start + TILE_WIDTH, self._size) - 1
        state = "does not hold what its name says" if is_there else "is missing"
        self._report.add(Rule.MISSING_FILE, f"{path}, of leaves {start} to {end}, {state}", start)


def _entries(data: bytes, held: int, width: int) -> list[bytes] | None:
    try:
        entries = decode_bundle(data)
    except ValueError:
        return None
    return entries[:width] if len(entries) == held else None


def _told(error: Exception) -> str:
    """Which member it is about; never what is in it."""
    if not isinstance(error, msgspec.ValidationError):
        return "no JSON"
    return str(error).partition(" - at ")[2] or "a member is missing, or unknown"
