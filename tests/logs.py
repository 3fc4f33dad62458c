"""A log in memory, for tests of those who watch one: it signs whatever it is asked to, also two histories."""

from __future__ import annotations

from collections.abc import Iterable

from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import SignerKey, sign_note
from audit.tlog.tree import TileTree
from audit.witness.requests import AddCheckpoint

ORIGIN = "log.example.org/ebox"


class Log:
    """Entries, and the tree over them. Every size that it ever had can be signed and proved again."""

    def __init__(self, key: SignerKey | None = None, size: int = 0) -> None:
        self.key = key or SignerKey.generate(ORIGIN)
        self._files: dict[str, bytes] = {}
        self._tree = GrowingTree(self._files.get)
        self._entries: list[bytes] = []
        self.grow(b"entry %d" % number for number in range(size))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._entries)

    def grow(self, entries: Iterable[bytes]) -> Log:
        """Add these, one by one."""
        for entry in entries:
            self._entries.append(entry)
            self._tree.extend([leaf_hash(entry)], [entry])
            self._files |= self._tree.take_files()
        return self

    def forked_at(self, size: int) -> Log:
        """Another log with the same key, that has the same first entries."""
        return Log(self.key).grow(self._entries[:size])

    def tree(self, size: int | None = None) -> TileTree:
        """As of that size; else as it stands."""
        return TileTree(self._files.get, self.size if size is None else size)

    def checkpoint(self, size: int | None = None, *, key: SignerKey | None = None) -> bytes:
        """Signed by the log, or by the key given."""
        tree = self.tree(size)
        signer = key or self.key
        return sign_note(Checkpoint(self.key.name, tree.size, tree.root()).text, signer).encode()

    def request(self, old_size: int, size: int | None = None) -> bytes:
        """The whole body of an `add-checkpoint` that is right, if the witness is at `old_size`."""
        tree = self.tree(size)
        proof = tree.consistency(old_size) if old_size else []
        return AddCheckpoint(old_size, tuple(proof), self.checkpoint(size)).encode()
