"""A published tree, read from its tiles: root, proofs and leaves, of which only the tiles needed are read.

What is read is not believed: whoever asks compares the root with a checkpoint's, or checks the proof against
it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final, TypeAlias

from audit.tlog.merkle import HASH_BYTES, Frontier, fold, perfect_root
from audit.tlog.tiles import TILE_WIDTH, tile_path

Read: TypeAlias = Callable[[str], bytes | None]
"""The file at a path of the log, None where there is none."""

LEVEL_BITS: Final = 8


class TileMissing(Exception):
    """The log has no file at `path`, which a tree of its size must have."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the log has no {path}")
        self.path = path


class TileInvalid(Exception):
    """What lies at `path` is no tile, or no bundle, of that width."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} does not hold what its path says")
        self.path = path


class TileCache:
    """Full tiles, which never change, for the trees of *one* log; bounded, and safe among threads.

    A tile is 8 KiB; the least recently used goes first.
    """

    def __init__(self, max_tiles: int = 256) -> None:
        self._max_tiles = max_tiles
        self._tiles: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, path: str) -> bytes | None:
        with self._lock:
            tile = self._tiles.get(path)
            if tile is not None:
                self._tiles.move_to_end(path)
            return tile

    def put(self, path: str, tile: bytes) -> None:
        with self._lock:
            self._tiles[path] = tile
            self._tiles.move_to_end(path)
            while len(self._tiles) > self._max_tiles:
                self._tiles.popitem(last=False)


def read_tile(read: Read, path: str, full_path: str, expected_bytes: int) -> bytes:
    """The tile at `path`; or, where a partial one is gone, the beginning of the full one that took its place.

    `tlog-tiles` lets a log delete partial tiles then, and lets a client do this. Raises TileMissing,
    TileInvalid.
    """
    tile = read(path)
    if tile is not None:
        if len(tile) != expected_bytes:
            raise TileInvalid(path)
        return tile
    if full_path == path or (full := read(full_path)) is None:
        raise TileMissing(path)
    if len(full) != TILE_WIDTH * HASH_BYTES:
        raise TileInvalid(full_path)
    return full[:expected_bytes]


class TileTree:
    """The tree of `size` leaves whose tiles `read` finds; keeps the partial tiles of its right edge."""

    def __init__(self, read: Read, size: int, cache: TileCache | None = None) -> None:
        if size < 0:
            raise ValueError(f"a tree of {size} leaves")
        self._read = read
        self._size = size
        self._cache = cache or TileCache(16)
        self._edge: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        return self._size

    def root(self) -> bytes:
        """The root. Raises TileMissing, TileInvalid, as everything below."""
        return fold([self._node(*node) for node in _pieces(0, self._size)])

    def frontier(self) -> Frontier:
        """The tree's right edge, to grow it from."""
        return Frontier(self._size, [self._node(*node) for node in _pieces(0, self._size)])

    def leaf_hash(self, index: int) -> bytes:
        """The hash of leaf `index`; IndexError beyond the tree."""
        self._check_index(index)
        return self._node(0, index)

    def inclusion(self, index: int) -> list[bytes]:
        """The proof of leaf `index`, from its sibling to the root's child; IndexError beyond the tree."""
        self._check_index(index)
        begin, end = 0, self._size
        proof = []
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(begin, middle))
                begin = middle
        return proof[::-1]

    def consistency(self, old_size: int) -> list[bytes]:
        """The proof that the tree of `old_size` leaves is this one's beginning (RFC 6962 section 2.1.2).

        ValueError from size 0, for which a proof would show nothing, and from a larger tree.
        """
        if not 0 < old_size <= self._size:
            raise ValueError(f"nothing shows consistency from {old_size} to {self._size} leaves")
        begin, end = 0, self._size
        proof = []
        while end != old_size:
            middle = begin + _split(end - begin)
            if old_size <= middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(begin, middle))
                begin = middle
        if begin:
            proof.append(self._range(begin, end))
        return proof[::-1]

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self._size:
            raise IndexError(f"a tree of {self._size} leaves has no leaf {index}")

    def _range(self, begin: int, end: int) -> bytes:
        return fold([self._node(*node) for node in _pieces(begin, end)])

    def _node(self, height: int, number: int) -> bytes:
        """The root of the `number`-th full subtree of 2**height leaves."""
        level, above = divmod(height, LEVEL_BITS)
        first = number << above
        tile = self._tile(level, first // TILE_WIDTH)
        begin = first % TILE_WIDTH * HASH_BYTES
        end = begin + (HASH_BYTES << above)
        return perfect_root([tile[at : at + HASH_BYTES] for at in range(begin, end, HASH_BYTES)])

    def _tile(self, level: int, number: int) -> bytes:
        width = min(TILE_WIDTH, (self._size >> LEVEL_BITS * level) - number * TILE_WIDTH)
        path = tile_path(level, number, width)
        is_full = width == TILE_WIDTH
        tile = self._cache.get(path) if is_full else self._edge.get(level)
        if tile is None:
            full_path = tile_path(level, number)
            tile = read_tile(self._read, path, full_path, width * HASH_BYTES)
            if is_full:
                self._cache.put(path, tile)
            else:
                self._edge[level] = tile
        return tile


def _split(count: int) -> int:
    """The greatest power of two below `count`, which is at least 2."""
    return 1 << (count - 1).bit_length() - 1


def _pieces(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The full subtrees that make the right edge from `begin`: height and number, the greatest first."""
    while begin < end:
        height = (end - begin).bit_length() - 1
        yield height, begin >> height
        begin += 1 << height
