"""Where a tree's hashes and entries lie, and how entries are bundled, to the letter of C2SP `tlog-tiles`.

A tile holds up to 256 neighbouring hashes of one level; level 0 are the leaves, and each hash of a level
above is the root of a *full* tile below. A bundle holds the entries of a level 0 tile, each behind its length
in two bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.tlog.encoding import MAX_SIZE

TILE_WIDTH: Final = 256
LEVELS: Final = 8
"""A tree of `MAX_SIZE` leaves has no tile above level 7; the specification counts to 63."""
MAX_LEVEL: Final = 63
MAX_ENTRY_BYTES: Final = 65_535

_PATH: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class TilePath:
    """`level`: None for a bundle of entries. `width`: 256 when full, fewer when partial."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if self.level is not None and not 0 <= self.level <= MAX_LEVEL:
            raise ValueError(f"no tile is on level {self.level}")
        if not 0 <= self.number <= MAX_SIZE or not 1 <= self.width <= TILE_WIDTH:
            raise ValueError(f"no tile is number {self.number} and {self.width} wide")

    def __str__(self) -> str:
        *leading, last = f"{self.number:,}".split(",")
        groups = [f"x{group:0>3}/" for group in leading]
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{''.join(groups)}{last:0>3}{partial}"


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """`tile/0/x001/234.p/5`: the fifth-wide partial tile 1234 of level 0; ValueError for what cannot be."""
    return str(TilePath(level, number, width))


def entries_path(number: int, width: int = TILE_WIDTH) -> str:
    """`tile/entries/x001/234.p/5`."""
    return str(TilePath(None, number, width))


def parse_path(text: str) -> TilePath:
    """What `tile_path` or `entries_path` could have written; ValueError for every other text."""
    if len(text) > 64 or (match := _PATH.fullmatch(text)) is None:
        raise ValueError("not the path of a tile")
    level, groups, width = match.groups()
    path = TilePath(
        None if level == "entries" else int(level),
        int(groups.replace("/", "").replace("x", "")),
        int(width) if width else TILE_WIDTH,
    )
    if str(path) != text:
        raise ValueError("not the one spelling of a tile's path")
    return path


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries of at most 65,535 bytes as a bundle; ValueError otherwise."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise ValueError(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    if max(map(len, entries)) > MAX_ENTRY_BYTES:
        raise ValueError(f"an entry is longer than {MAX_ENTRY_BYTES} bytes")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; ValueError when they do not end where it ends, or are none or too many."""
    entries: list[bytes] = []
    begin, end = 0, len(data)
    while begin < end:
        body = begin + 2
        begin = body + (data[body - 2] << 8 | data[body - 1] if body <= end else 0)
        if begin > end:
            raise ValueError("the last entry of the bundle is cut off")
        entries.append(data[body:begin])
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise ValueError(f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    return entries


def level_sizes(size: int) -> Iterator[tuple[int, int]]:
    """Each level that a tree of this size has tiles on, with the number of its hashes; the leaves first."""
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // TILE_WIDTH


def paths_of(size: int) -> Iterator[str]:
    """Every tile and bundle of a tree of this size, partial ones too; bundles first, then level by level."""
    yield from map(str, _across(None, size))
    for level, hashes in level_sizes(size):
        yield from map(str, _across(level, hashes))


def _across(level: int | None, count: int) -> Iterator[TilePath]:
    full, rest = divmod(count, TILE_WIDTH)
    for number in range(full):
        yield TilePath(level, number)
    if rest:
        yield TilePath(level, full, rest)
