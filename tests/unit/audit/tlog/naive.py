"""RFC 6962 section 2.1 as its definitions read: no tiles, no frontier, nothing shared with what is tested."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


class NaiveTree:
    """The tree over these entries; `root(n)` and the proofs are those of its first `n`."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self._leaves = [sha256(b"\x00" + entry).digest() for entry in entries]
        self._hash = cache(self._hash_uncached)

    def root(self, size: int) -> bytes:
        return self._hash(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return self._path(index, 0, size)

    def consistency(self, old_size: int, size: int) -> list[bytes]:
        return self._subproof(old_size, 0, size, is_whole=True)

    def _hash_uncached(self, begin: int, end: int) -> bytes:
        if begin == end:
            return sha256(b"").digest()
        if end - begin == 1:
            return self._leaves[begin]
        middle = begin + _largest_power_below(end - begin)
        return sha256(b"\x01" + self._hash(begin, middle) + self._hash(middle, end)).digest()

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            return [*self._path(index, begin, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(begin, middle)]

    def _subproof(self, old_end: int, begin: int, end: int, *, is_whole: bool) -> list[bytes]:
        if old_end == end:
            return [] if is_whole else [self._hash(begin, end)]
        middle = begin + _largest_power_below(end - begin)
        if old_end <= middle:
            return [*self._subproof(old_end, begin, middle, is_whole=is_whole), self._hash(middle, end)]
        return [*self._subproof(old_end, middle, end, is_whole=False), self._hash(begin, middle)]


def _largest_power_below(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power
