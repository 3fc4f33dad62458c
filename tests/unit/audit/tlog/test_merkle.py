from __future__ import annotations

import random
from hashlib import sha256

import pytest

from audit.tlog.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofInvalid,
    leaf_hash,
    node_hash,
    perfect_root,
    verify_consistency,
    verify_inclusion,
)
from tests.unit.audit.tlog.naive import NaiveTree
from tests.unit.audit.tlog.vectors import (
    RFC_6962_CONSISTENCY,
    RFC_6962_INCLUSION,
    RFC_6962_INPUTS,
    RFC_6962_ROOTS,
)

ENTRIES = [b"entry %d" % number for number in range(70)]
TREE = NaiveTree(ENTRIES)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparencys_reference_tree(size: int) -> None:
    tree = Frontier()
    for entry in RFC_6962_INPUTS[:size]:
        tree.append(leaf_hash(entry))
    assert tree.root().hex() == RFC_6962_ROOTS[size]
    assert NaiveTree(RFC_6962_INPUTS).root(size).hex() == RFC_6962_ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), RFC_6962_INCLUSION)
def test_the_reference_trees_inclusion_proofs_are_good(index: int, size: int, proof: list[str]) -> None:
    hashes = [bytes.fromhex(each) for each in proof]
    root = bytes.fromhex(RFC_6962_ROOTS[size])
    verify_inclusion(leaf_hash(RFC_6962_INPUTS[index]), index, size, hashes, root)
    assert NaiveTree(RFC_6962_INPUTS).inclusion(index, size) == hashes


@pytest.mark.parametrize(("old_size", "size", "proof"), RFC_6962_CONSISTENCY)
def test_the_reference_trees_consistency_proofs_are_good(old_size: int, size: int, proof: list[str]) -> None:
    hashes = [bytes.fromhex(each) for each in proof]
    old_root, root = (bytes.fromhex(RFC_6962_ROOTS[each]) for each in (old_size, size))
    verify_consistency(old_size, old_root, size, root, hashes)
    assert NaiveTree(RFC_6962_INPUTS).consistency(old_size, size) == hashes


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert node_hash(left, right) != leaf_hash(left + right)
    assert leaf_hash(b"") != EMPTY_ROOT


def test_a_frontier_has_the_root_of_every_size_on_its_way() -> None:
    tree = Frontier()
    for size in range(len(ENTRIES)):
        assert (tree.size, tree.root()) == (size, TREE.root(size))
        assert Frontier(tree.size, tree.hashes).root() == tree.root()
        tree.append(LEAVES[size])


def test_leaves_added_at_once_are_the_same_tree() -> None:
    tree = Frontier()
    for begin in range(0, 64, 16):
        tree.append_perfect(LEAVES[begin : begin + 16])
    tree.append_perfect(LEAVES[64:68])
    assert (tree.size, tree.root()) == (68, TREE.root(68))
    with pytest.raises(ValueError, match="no subtree"):
        tree.append_perfect(LEAVES[:8])
    with pytest.raises(ValueError, match="power of two"):
        perfect_root(LEAVES[:3])


def test_a_frontier_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="do not make"):
        Frontier(3, LEAVES[:1])
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier(1, [b"short"])


def test_every_inclusion_proof_of_every_small_tree_is_good() -> None:
    for size in range(1, 35):
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, TREE.inclusion(index, size), TREE.root(size))


def test_every_consistency_proof_of_every_small_tree_is_good() -> None:
    for size in range(1, 35):
        for old_size in range(1, size + 1):
            verify_consistency(
                old_size, TREE.root(old_size), size, TREE.root(size), TREE.consistency(old_size, size)
            )


def test_nothing_is_consistent_with_an_empty_or_a_larger_tree() -> None:
    with pytest.raises(ProofInvalid):
        verify_consistency(0, EMPTY_ROOT, 8, TREE.root(8), [])
    with pytest.raises(ProofInvalid):
        verify_consistency(9, TREE.root(9), 8, TREE.root(8), [])
    with pytest.raises(ProofInvalid):
        verify_consistency(8, TREE.root(8), 8, TREE.root(9), [])


def test_no_changed_inclusion_proof_is_good() -> None:
    chance = random.Random(1)  # noqa: S311 - the same each time, and no secret
    for size in (1, 2, 7, 8, 33, 64, 70):
        for index in {0, size // 2, size - 1}:
            proof, root = TREE.inclusion(index, size), TREE.root(size)
            for leaf_, index_, size_, proof_, root_ in [
                (LEAVES[index], index + 1, size, proof, root),
                (LEAVES[index], index - 1, size, proof, root),
                (LEAVES[index], index, size * 2, proof, root),
                (LEAVES[index], index, index, proof, root),
                (sha256(b"").digest(), index, size, proof, root),
                (LEAVES[index], index, size, proof, LEAVES[69]),
                (LEAVES[index], index, size, proof, root[:31]),
                *((LEAVES[index], index, size, each, root) for each in _changed(proof, chance)),
            ]:
                with pytest.raises(ProofInvalid):
                    verify_inclusion(leaf_, index_, size_, proof_, root_)


def test_no_changed_consistency_proof_is_good() -> None:
    chance = random.Random(2)  # noqa: S311 - the same each time, and no secret
    for old_size, size in [(1, 2), (1, 70), (4, 7), (6, 8), (8, 16), (33, 64), (63, 64), (64, 70), (69, 70)]:
        old_root, root, proof = TREE.root(old_size), TREE.root(size), TREE.consistency(old_size, size)
        verify_consistency(old_size, old_root, size, root, proof)
        for old_size_, old_root_, size_, root_, proof_ in [
            (old_size, LEAVES[0] if old_size > 1 else LEAVES[1], size, root, proof),
            (old_size, old_root, size, old_root, proof),
            (old_size + size, old_root, size, root, proof),
            (old_size, old_root, size * 2, root, proof),
            *((old_size, old_root, size, root, each) for each in _changed(proof, chance)),
        ]:
            with pytest.raises(ProofInvalid):
                verify_consistency(old_size_, old_root_, size_, root_, proof_)


def _changed(proof: list[bytes], chance: random.Random) -> list[list[bytes]]:
    """Every way to be nearly that proof: a flipped bit, one fewer, one more, the other order, one cut."""
    changed = [[*proof, LEAVES[0]], [LEAVES[0], *proof]]
    for place, hash_ in enumerate(proof):
        rest = (proof[:place], proof[place + 1 :])
        flipped = bytearray(hash_)
        flipped[chance.randrange(32)] ^= 1 << chance.randrange(8)
        changed += [[*rest[0], *each, *rest[1]] for each in ([], [bytes(flipped)], [hash_[:-1]], [hash_] * 2)]
    if len(proof) > 1:
        changed.append(proof[::-1])
    return changed
