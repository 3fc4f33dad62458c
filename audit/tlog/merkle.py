"""The Merkle tree of RFC 6962 section 2.1: its hashes, a tree that only grows, and the checking of proofs.

A leaf and an inner node begin with different bytes, so that neither can be passed off as the other. The shape
of the tree follows from its size alone: the left part is always the largest power of two that leaves
something on the right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


class ProofInvalid(ValueError):
    """The proof does not lead from what it is for to the root; or it cannot, by its sizes."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """The node above 1, 2, 4, 8, … neighbouring nodes of one height."""
    if len(hashes) & (len(hashes) - 1) or not hashes:
        raise ValueError(f"{len(hashes)} nodes are not a power of two")
    while len(hashes) > 1:
        # Written out, since a call for each node would cost as much as the hash
        hashes = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring full subtrees, the greatest first; `EMPTY_ROOT` where there are none."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in hashes[-2::-1]:
        root = sha256(b"\x01" + left + root).digest()
    return root


class Frontier:
    """A tree that only grows, as the roots of its full subtrees: at most 63 hashes, however many leaves."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """`hashes`: a root for each binary one in `size`, the greatest subtree first."""
        self._size = size
        self._hashes = list(hashes)
        if size < 0 or len(self._hashes) != size.bit_count():
            raise ValueError(f"{len(self._hashes)} hashes do not make a tree of {size} leaves")
        if any(len(each) != HASH_BYTES for each in self._hashes):
            raise ValueError(f"a hash is {HASH_BYTES} bytes")

    @property
    def size(self) -> int:
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full subtrees, the greatest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf, by its hash."""
        size, hashes = self._size, self._hashes
        while size & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self._size += 1

    def append_perfect(self, leaves: Sequence[bytes]) -> None:
        """Add 1, 2, 4, 8, … leaves at once, where the tree's size is a multiple of their number: quicker."""
        count = len(leaves)
        root = perfect_root(leaves)
        if self._size % count:
            raise ValueError(f"{count} leaves are no subtree of their own after {self._size}")
        size = self._size // count
        while size & 1:
            root = node_hash(self._hashes.pop(), root)
            size >>= 1
        self._hashes.append(root)
        self._size += count

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return fold(self._hashes)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf of this hash is number `index` of the tree (RFC 9162 section 2.1.3.2).

    Raises ProofInvalid.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"a tree of {size} leaves has no leaf {index}")
    _check_lengths(leaf, root, *proof)
    _, found = _climb(leaf, index, size - 1, proof)
    if found != root:
        raise ProofInvalid("the proof leads to another root")


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` begins with that of `old_size` (RFC 9162 section 2.1.4.2).

    Raises ProofInvalid; also from size 0, which everything begins with, so that nothing would be shown.
    """
    if not 0 < old_size <= size:
        raise ProofInvalid(f"nothing shows consistency from {old_size} to {size} leaves")
    _check_lengths(old_root, root, *proof)
    if old_size == size:
        if proof or old_root != root:
            raise ProofInvalid("two trees of one size are the same, and need no proof")
        return
    # Up to the greatest subtree that ends where the old tree does; the old root itself, if that is all of it
    height = (old_size & -old_size).bit_length() - 1
    position, last = (old_size - 1) >> height, (size - 1) >> height
    hashes = list(proof) if position else [old_root, *proof]
    if not hashes:
        raise ProofInvalid("the proof is too short")
    found_old, found = _climb(hashes[0], position, last, hashes[1:])
    if found_old != old_root:
        raise ProofInvalid("the proof does not begin with the old root")
    if found != root:
        raise ProofInvalid("the proof leads to another root")


def _climb(start: bytes, position: int, last: int, siblings: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots over a node from its siblings: of the tree that ends with the node, and of the whole tree.

    `position` and `last`: the node's number on its level, and that of the level's last node.
    """
    up_to_here = whole = start
    for sibling in siblings:
        if last == 0:
            raise ProofInvalid("the proof is too long")
        if position & 1 or position == last:
            up_to_here = node_hash(sibling, up_to_here)
            whole = node_hash(sibling, whole)
            while (
                position and not position & 1
            ):  # the last node of a level without a sibling goes up as it is
                position >>= 1
                last >>= 1
        else:
            whole = node_hash(whole, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ProofInvalid("the proof is too short")
    return up_to_here, whole


def _check_lengths(*hashes: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofInvalid(f"a hash is {HASH_BYTES} bytes")
