"""A tree that grows, and the files that this adds to the published log."""

from __future__ import annotations

from collections.abc import Sequence

from audit.tlog.merkle import HASH_BYTES, fold, leaf_hash, perfect_root
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, encode_bundle, entries_path, level_sizes, tile_path
from audit.tlog.tree import Read, TileInvalid, TileMissing, read_tile


class GrowingTree:
    """A tree of `size` leaves that goes on from its published files.

    Holds fewer than 256 hashes of each level, fewer than 256 entries, and what was filled since the last
    take.
    """

    def __init__(self, read: Read, size: int = 0) -> None:
        """Reads the partial tiles and the partial bundle of that size, or the full ones that took their
        place.

        Raises TileMissing, TileInvalid (also when the bundle is not that of the leaves).
        """
        self._size = self._taken = size
        self._levels = [_read_level(read, level, hashes) for level, hashes in level_sizes(size)]
        self._entries = _read_entries(read, size)
        if [leaf_hash(entry) for entry in self._entries] != (self._levels[0] if size else []):
            raise TileInvalid(entries_path(*_last_of(size)))
        self._filled: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        return self._size

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        pieces: list[bytes] = []
        for hashes in reversed(self._levels):
            begin = 0
            for height in reversed(range(8)):
                if len(hashes) & 1 << height:
                    pieces.append(perfect_root(hashes[begin : begin + (1 << height)]))
                    begin += 1 << height
        return fold(pieces)

    def extend(self, leaf_hashes: Sequence[bytes], entries: Sequence[bytes]) -> None:
        """Add leaves in their order: of each its hash and the entry that it is the hash of."""
        if len(leaf_hashes) != len(entries):
            raise ValueError(f"{len(leaf_hashes)} hashes for {len(entries)} entries")
        begin = 0
        while begin < len(leaf_hashes):
            end = begin + TILE_WIDTH - len(self._entries)
            added = leaf_hashes[begin:end]
            self._entries.extend(entries[begin:end])
            self._size += len(added)
            if len(self._entries) == TILE_WIDTH:
                self._filled[entries_path(self._size // TILE_WIDTH - 1)] = encode_bundle(self._entries)
                self._entries.clear()
            self._add(added)
            begin = end

    def take_files(self) -> dict[str, bytes]:
        """The files that the log lacks since the last take: each full one once, the partial ones of now."""
        files, self._filled = self._filled, {}
        for (level, count), hashes in zip(level_sizes(self._size), self._levels, strict=True):
            if hashes and count != self._taken // TILE_WIDTH**level:
                files[tile_path(level, count // TILE_WIDTH, len(hashes))] = b"".join(hashes)
        if self._entries and self._size != self._taken:
            files[entries_path(*_last_of(self._size))] = encode_bundle(self._entries)
        self._taken = self._size
        return files

    def take_full_files(self) -> dict[str, bytes]:
        """Of these the full ones alone, so that a long row of additions need not be held until its end."""
        files, self._filled = self._filled, {}
        return files

    def _add(self, leaf_hashes: Sequence[bytes]) -> None:
        """Put at most as many leaves as the last tile has room for, and what this fills above."""
        added = leaf_hashes
        level = 0
        while added:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.extend(added)
            if len(hashes) < TILE_WIDTH:
                break
            number = self._size // TILE_WIDTH ** (level + 1) - 1
            self._filled[tile_path(level, number)] = b"".join(hashes)
            added = [perfect_root(hashes)]
            hashes.clear()
            level += 1


def _last_of(size: int) -> tuple[int, int]:
    """Number and width of the last level 0 tile, if it is partial."""
    return divmod(size, TILE_WIDTH)


def _read_level(read: Read, level: int, count: int) -> list[bytes]:
    number, width = divmod(count, TILE_WIDTH)
    if not width:
        return []
    full_path = tile_path(level, number)
    tile = read_tile(read, tile_path(level, number, width), full_path, width * HASH_BYTES)
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def _read_entries(read: Read, size: int) -> list[bytes]:
    number, width = _last_of(size)
    if not width:
        return []
    path = entries_path(number, width)
    for candidate, expected in (path, width), (entries_path(number), TILE_WIDTH):
        if (data := read(candidate)) is not None:
            try:
                entries = decode_bundle(data)
            except ValueError:
                raise TileInvalid(candidate) from None
            if len(entries) != expected:
                raise TileInvalid(candidate)
            return entries[:width]
    raise TileMissing(path)
