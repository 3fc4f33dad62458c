"""A tree computed anew, tile by tile, is the tree of RFC 6962, at every size that anybody may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import EMPTY_ROOT, Frontier, leaf_hash
from audit.tlog.tiles import TILE_WIDTH
from audit.verifier.recomputed import RecomputedTree, root_of

SIZES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537)
HASHES = [leaf_hash(b"%d" % number) for number in range(max(SIZES))]


def roots() -> Iterator[tuple[int, bytes]]:
    """The root at each of the sizes, leaf by leaf."""
    tree = Frontier()
    for hashed in HASHES:
        tree.append(hashed)
        if tree.size in SIZES:
            yield tree.size, tree.root()


def grown(tree: RecomputedTree, size: int) -> RecomputedTree:
    """The tree with so many leaves."""
    for start in range(0, size, TILE_WIDTH):
        tree.add(HASHES[start : min(size, start + TILE_WIDTH)])
    return tree


def test_the_roots_of_all_earlier_sizes_are_those_of_the_tree() -> None:
    expected = dict(roots())
    tree = grown(RecomputedTree(lambda _path: None, SIZES), max(SIZES))
    assert tree.roots == {0: EMPTY_ROOT} | expected
    assert tree.finish() == expected[max(SIZES)]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 513])
def test_a_tree_that_ends_there_has_the_same_root(size: int) -> None:
    tree = Frontier()
    for hashed in HASHES[:size]:
        tree.append(hashed)
    assert grown(RecomputedTree(lambda _path: None, ()), size).finish() == tree.root()
    assert root_of(HASHES[:size]) == tree.root()


@pytest.mark.parametrize("size", [256, 257, 65_536, 65_537])
def test_published_tiles_above_the_leaves_are_compared(size: int) -> None:
    growing = GrowingTree(lambda _path: None)
    growing.extend(HASHES[:size], [b""] * size)
    files = growing.take_files()
    whole = grown(RecomputedTree(files.get, ()), size)
    whole.finish()
    assert (whole.differing, whole.missing) == ([], [])

    upper = [path for path in files if not path.startswith(("tile/0/", "tile/entries/"))]
    assert upper
    for path in upper:
        forged = grown(RecomputedTree((files | {path: bytes(len(files[path]))}).get, ()), size)
        forged.finish()
        gone = grown(RecomputedTree({one: data for one, data in files.items() if one != path}.get, ()), size)
        gone.finish()
        assert (forged.differing, gone.missing) == ([path], [path])


def test_a_branch_goes_its_own_way() -> None:
    tree = RecomputedTree(lambda _path: None, (300,))
    tree.add(HASHES[:256])
    branch = tree.branch()
    tree.add(HASHES[256:300])
    branch.add(HASHES[257:301])
    assert tree.finish() == root_of(HASHES[:300])
    assert branch.finish() == root_of([*HASHES[:256], *HASHES[257:301]])
    assert tree.roots[300] != branch.roots[300]
