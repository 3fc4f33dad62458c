from __future__ import annotations

import random
from collections import Counter

import pytest

from audit.tlog.tiles import (
    MAX_ENTRY_BYTES,
    TilePath,
    decode_bundle,
    encode_bundle,
    entries_path,
    parse_path,
    paths_of,
    tile_path,
)

PATHS = [
    (TilePath(0, 0), "tile/0/000"),
    (TilePath(0, 999), "tile/0/999"),
    (TilePath(0, 1000), "tile/0/x001/000"),
    (TilePath(0, 1234067), "tile/0/x001/x234/067"),  # the example of tlog-tiles
    (TilePath(1, 7, 3), "tile/1/007.p/3"),
    (TilePath(63, 0, 255), "tile/63/000.p/255"),
    (TilePath(None, 1234067), "tile/entries/x001/x234/067"),
    (TilePath(None, 0, 1), "tile/entries/000.p/1"),
]


@pytest.mark.parametrize(("path", "text"), PATHS)
def test_a_tile_lies_where_the_specification_says(path: TilePath, text: str) -> None:
    written = entries_path(path.number, path.width) if path.level is None else None
    assert (written or tile_path(path.level or 0, path.number, path.width)) == text
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        " tile/0/000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/x/000",
        "tile/Entries/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/1234",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/X001/000",
        "tile/0/x001//000",
        "tile/0/x01/000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p/1/2",
        "tile/0/000.P/1",
        "tile/0/../000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 30 + "999",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
    ],
)
def test_no_other_spelling_is_a_path(text: str) -> None:
    with pytest.raises(ValueError, match="tile"):
        parse_path(text)


def test_no_tile_is_beyond_the_levels_or_wider_than_full() -> None:
    for level, number, width in [(64, 0, 256), (-1, 0, 256), (0, -1, 256), (0, 0, 0), (0, 0, 257)]:
        with pytest.raises(ValueError, match="no tile"):
            tile_path(level, number, width)


def test_a_tree_of_70_000_has_the_tiles_of_the_specifications_example() -> None:
    paths = [parse_path(path) for path in paths_of(70_000)]
    assert len(set(paths)) == len(paths)
    full = Counter(path.level for path in paths if path.width == 256)
    assert full == {0: 273, 1: 1, None: 273}
    assert {(path.level, path.number, path.width) for path in paths if path.width < 256} == {
        (0, 273, 112),
        (1, 1, 17),
        (2, 0, 1),
        (None, 273, 112),
    }


def test_a_tree_of_256_has_a_full_tile_and_one_hash_above() -> None:
    assert list(paths_of(256)) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (2, ["tile/entries/000.p/2", "tile/0/000.p/2"]),
        (255, ["tile/entries/000.p/255", "tile/0/000.p/255"]),
        (257, ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
    ],
)
def test_the_files_of_small_trees(size: int, paths: list[str]) -> None:
    assert list(paths_of(size)) == paths


def test_a_bundle_gives_back_its_entries() -> None:
    chance = random.Random(3)  # noqa: S311 - the same each time, and no secret
    for count in (1, 2, 255, 256):
        entries = [chance.randbytes(chance.choice([0, 1, 255, 256, 700])) for _ in range(count)]
        assert decode_bundle(encode_bundle(entries)) == entries
    largest = [b"x" * MAX_ENTRY_BYTES]
    assert decode_bundle(encode_bundle(largest)) == largest
    assert encode_bundle([b"ab", b""]) == b"\x00\x02ab\x00\x00"


@pytest.mark.parametrize("entries", [[], [b""] * 257, [b"x" * (MAX_ENTRY_BYTES + 1)]])
def test_what_fits_no_bundle_is_refused(entries: list[bytes]) -> None:
    with pytest.raises(ValueError, match="entr"):
        encode_bundle(entries)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x01ab", b"\x00\x00" * 257])
def test_a_bundle_ends_where_its_entries_end(data: bytes) -> None:
    with pytest.raises(ValueError, match="bundle"):
        decode_bundle(data)
