"""A tree that is computed anew from its leaves, with its tiles compared to the published ones on the way.

It holds at most 256 hashes of each level, however large the log is. Roots of earlier sizes, of which somebody
has a checkpoint, are taken as the tree passes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from hashlib import sha256
from typing import Final

from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import EMPTY_ROOT, perfect_root
from audit.tlog.tiles import TILE_WIDTH, entries_path, tile_path
from audit.tlog.tree import Read

_PORTION: Final = 4_096


class RecomputedTree:
    """Grows by the leaf hashes of one level 0 tile after the other."""

    def __init__(self, read: Read, wanted: Iterable[int]) -> None:
        """`wanted`: the sizes whose roots are to be kept."""
        self._read = read
        self._wanted = frozenset(wanted)
        self._levels: list[list[bytes]] = [[]]
        self.size = 0
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}
        self.differing: list[str] = []
        """Tiles above level 0 that are not what follows from the leaves."""
        self.missing: list[str] = []

    def branch(self) -> RecomputedTree:
        """The same tree as far as it got, to grow another way."""
        other = RecomputedTree(self._read, self._wanted)
        other.size, other._levels = self.size, deepcopy(self._levels)
        other.roots, other.differing = dict(self.roots), list(self.differing)
        other.missing = list(self.missing)
        return other

    def add(self, hashes: Sequence[bytes]) -> None:
        """The leaf hashes of the next level 0 tile: 256, or the last ones."""
        end = self.size + len(hashes)
        for size in sorted(one for one in self._wanted if self.size < one <= end):
            self.roots[size] = self._root([list(hashes[: size - self.size]), *self._levels[1:]])
        self.size = end
        level, added = 0, list(hashes)
        while len(added) == TILE_WIDTH:
            if level > 0:
                self._compare(level, (self.size >> 8 * (level + 1)) - 1, added)
            self._levels[level] = []
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(perfect_root(added))
            added = self._levels[level]
        if level == 0:
            self._levels[0] = added

    def finish(self) -> bytes:
        """Compare the partial tiles too; the root."""
        for level, hashes in enumerate(self._levels[1:], start=1):
            if hashes:
                self._compare(level, self.size >> 8 * (level + 1), hashes)
        return self._root(self._levels)

    def _compare(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        path, computed = tile_path(level, number, len(hashes)), b"".join(hashes)
        published = self._read(path)
        if published is None and len(hashes) < TILE_WIDTH:
            full = self._read(tile_path(level, number))
            published = full[: len(computed)] if full is not None else None
        if published is None:
            self.missing.append(path)
        elif published != computed:
            self.differing.append(path)

    @staticmethod
    def _root(levels: Sequence[Sequence[bytes]]) -> bytes:
        """What lies below a level is one more subtree at its right edge."""
        below: list[bytes] = []
        for hashes in levels:
            below = [root_of([*hashes, *below])] if hashes or below else []
        return below[0] if below else EMPTY_ROOT


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, or over equal subtrees with one smaller last one (RFC 6962 section 2.1)."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        rest = row[-1:] if len(row) % 2 else []
        row = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)
        ] + rest
    return row[0]


def differing_files(read: Read, prefix: str, entries: Sequence[bytes], hashes: Sequence[bytes]) -> list[str]:
    """Which of the published files of this whole tree, bundles too, are not what they must be.

    One that is not there is none of them: a copy of a log may come without the trees beside it.
    """
    tree, differing = GrowingTree(lambda _path: None), []
    width = min(len(entries), TILE_WIDTH)
    first = (entries_path(0, width), tile_path(0, 0, width)) if entries else ()
    if all(read(prefix + path) is None for path in first):
        return []
    for start in range(0, len(entries), _PORTION):
        end = start + _PORTION
        tree.extend(hashes[start:end], entries[start:end])
        files = tree.take_full_files() if end < len(entries) else tree.take_files()
        for path, data in files.items():
            if (published := read(prefix + path)) is not None and published != data:
                differing.append(prefix + path)
    return differing
