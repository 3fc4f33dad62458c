"""Trees from their tiles, at the sizes where tiles and levels fill up, beside the definitions of RFC 6962."""

from __future__ import annotations

import random

import pytest

from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit.tlog.tiles import decode_bundle, entries_path, paths_of, tile_path
from audit.tlog.tree import TileCache, TileInvalid, TileMissing, TileTree
from tests.unit.audit.tlog.naive import NaiveTree

SIZES = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537]
ENTRIES = [b"entry %d" % number for number in range(65_540)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
NAIVE = NaiveTree(ENTRIES)


def nothing(path: str) -> None:
    """A log without files."""


def grown(size: int) -> dict[str, bytes]:
    """The files of the log of the first `size` entries, built at once."""
    tree = GrowingTree(nothing)
    tree.extend(LEAVES[:size], ENTRIES[:size])
    return tree.take_files()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return grown(65_537)


@pytest.mark.parametrize("size", SIZES)
def test_a_log_has_exactly_the_files_of_its_size(size: int) -> None:
    written = grown(size)
    assert set(written) == set(paths_of(size))
    tree = TileTree(written.get, size)
    assert tree.root() == NAIVE.root(size)
    assert tree.frontier().root() == NAIVE.root(size)
    assert (tree.frontier().size, tree.size) == (size, size)
    for index in _some(size):
        bundle = written[entries_path(index // 256, min(256, size - index // 256 * 256))]
        assert leaf_hash(decode_bundle(bundle)[index % 256]) == tree.leaf_hash(index) == LEAVES[index]


@pytest.mark.parametrize("size", SIZES[1:])
def test_proofs_from_tiles_are_those_of_the_definitions(size: int) -> None:
    tree, root = TileTree(grown(size).get, size), NAIVE.root(size)
    for index in _some(size):
        proof = tree.inclusion(index)
        assert proof == NAIVE.inclusion(index, size)
        verify_inclusion(LEAVES[index], index, size, proof, root)
    for old_size in _some(size) | {size}:
        if old_size:
            proof = tree.consistency(old_size)
            assert proof == NAIVE.consistency(old_size, size)
            verify_consistency(old_size, NAIVE.root(old_size), size, root, proof)


def test_every_small_tree_read_from_a_larger_log_is_right(files: dict[str, bytes]) -> None:
    """Its partial tiles are gone; the full ones that took their place begin with them."""
    for size in range(1, 40):
        tree = TileTree(files.get, size)
        assert tree.root() == NAIVE.root(size)
        for index in range(size):
            assert tree.inclusion(index) == NAIVE.inclusion(index, size)
            assert tree.consistency(index + 1) == NAIVE.consistency(index + 1, size)


@pytest.mark.parametrize("step", [1, 7, 100, 255, 256, 257, 1000])
def test_growing_in_odd_steps_makes_the_same_log(step: int) -> None:
    size = min(step * 40, 3000)
    published: dict[str, bytes] = {}
    tree = GrowingTree(published.get)
    for begin in range(0, size, step):
        end = min(begin + step, size)
        tree.extend(LEAVES[begin:end], ENTRIES[begin:end])
        assert (tree.size, tree.root()) == (end, NAIVE.root(end))
        files = tree.take_files()
        assert set(paths_of(end)) <= set(published) | set(files)
        assert not set(files) & set(published), "no file is written twice"
        published |= files
        assert tree.take_files() == {}
    at_once = grown(size)
    assert {path: published[path] for path in at_once} == at_once


def test_full_files_taken_on_the_way_are_those_of_the_log(files: dict[str, bytes]) -> None:
    tree, published = GrowingTree(nothing), dict[str, bytes]()
    for begin in range(0, 65_537, 10_000):
        end = min(begin + 10_000, 65_537)
        tree.extend(LEAVES[begin:end], ENTRIES[begin:end])
        taken = tree.take_full_files()
        assert not any(".p/" in path for path in taken)
        published |= taken
    assert tree.take_full_files() == {}
    assert published | tree.take_files() == files


def test_a_tree_goes_on_from_its_published_files(files: dict[str, bytes]) -> None:
    for size in [*SIZES[:-1], 300, 513, 1000]:
        published = grown(size)
        tree = GrowingTree(published.get, size)
        assert (tree.size, tree.root()) == (size, NAIVE.root(size))
        assert tree.take_files() == {}
        tree.extend(LEAVES[size:65_537], ENTRIES[size:65_537])
        added = tree.take_files()
        assert tree.root() == NAIVE.root(65_537)
        assert {path: (published | added)[path] for path in files} == files


def test_a_tree_goes_on_where_partial_files_gave_way_to_full_ones(files: dict[str, bytes]) -> None:
    for size in (5, 255, 700, 65_535):
        tree = GrowingTree(files.get, size)
        assert (tree.size, tree.root()) == (size, NAIVE.root(size))


def test_a_tree_does_not_go_on_from_entries_that_are_not_its_leaves() -> None:
    published = grown(3)
    changed = published | {"tile/entries/000.p/3": published["tile/entries/000.p/3"].replace(b"0", b"9")}
    assert changed != published
    with pytest.raises(TileInvalid, match=r"tile/entries/000\.p/3"):
        GrowingTree(changed.get, 3)
    cut = published | {"tile/entries/000.p/3": b"\x00\x01a"}
    with pytest.raises(TileInvalid, match=r"tile/entries/000\.p/3"):
        GrowingTree(cut.get, 3)
    torn = published | {"tile/entries/000.p/3": b"\x00\x09a"}
    with pytest.raises(TileInvalid, match=r"tile/entries/000\.p/3"):
        GrowingTree(torn.get, 3)
    del published["tile/entries/000.p/3"]
    with pytest.raises(TileMissing, match=r"tile/entries/000\.p/3"):
        GrowingTree(published.get, 3)


def test_a_hash_goes_with_each_entry() -> None:
    with pytest.raises(ValueError, match="2 hashes for 1 entries"):
        GrowingTree(nothing).extend(LEAVES[:2], ENTRIES[:1])


def test_a_missing_and_a_torn_tile_are_named() -> None:
    published = grown(300)
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        without = {each: data for each, data in published.items() if each != path}
        with pytest.raises(TileMissing, match=path):
            _read_everything(TileTree(without.get, 300))
        with pytest.raises(TileInvalid, match=path):
            _read_everything(TileTree((published | {path: published[path][:-1]}).get, 300))
    with pytest.raises(TileInvalid, match=r"tile/0/001"):
        TileTree((grown(300) | {"tile/0/001": b"short"}).get, 299).root()


def test_a_changed_tile_leads_to_another_root_or_to_proofs_that_are_not_good() -> None:
    published = grown(300)
    flipped = bytearray(published["tile/0/000"])
    flipped[100] ^= 1
    tree = TileTree((published | {"tile/0/000": bytes(flipped)}).get, 300)
    root = NAIVE.root(300)
    assert tree.inclusion(200) != NAIVE.inclusion(200, 300)
    with pytest.raises(ValueError, match="another root"):
        verify_inclusion(LEAVES[200], 200, 300, tree.inclusion(200), root)


def test_beyond_the_tree_there_is_nothing() -> None:
    tree = TileTree(grown(5).get, 5)
    for index in (-1, 5):
        with pytest.raises(IndexError):
            tree.inclusion(index)
        with pytest.raises(IndexError):
            tree.leaf_hash(index)
    for old_size in (-1, 0, 6):
        with pytest.raises(ValueError, match="nothing shows consistency"):
            tree.consistency(old_size)
    with pytest.raises(ValueError, match="-1 leaves"):
        TileTree(nothing, -1)


def test_the_cache_keeps_only_full_tiles_and_only_so_many(files: dict[str, bytes]) -> None:
    reads: list[str] = []

    def read(path: str) -> bytes | None:
        reads.append(path)
        return files.get(path)

    cache = TileCache(max_tiles=2)
    tree = TileTree(read, 65_537, cache)
    tree.inclusion(0)
    before = len(reads)
    tree.inclusion(1)
    assert len(reads) == before, "the same tiles again"
    TileTree(read, 65_537, cache).inclusion(2)
    assert reads[before:] == [tile_path(0, 256, 1)], "only the partial one of the other tree"
    for index in range(0, 65_536, 256):
        tree.inclusion(index)
    assert sum(cache.get(path) is not None for path in files) == 2


def _read_everything(tree: TileTree) -> None:
    tree.root()
    for index in range(0, tree.size, 50):
        tree.inclusion(index)


def _some(size: int) -> set[int]:
    """The first, the last, those about tiles' borders, and some by chance."""
    chance = random.Random(size)  # noqa: S311 - the same each time, and no secret
    near = {
        0,
        1,
        2,
        3,
        254,
        255,
        256,
        257,
        size // 2,
        65_279,
        65_280,
        size - 257,
        size - 256,
        size - 2,
        size - 1,
    }
    by_chance = {chance.randrange(size) for _ in range(20)} if size else set()
    return {index for index in near | by_chance if 0 <= index < size}
