"""The published log as its readers see it: the API, provers and verifiers of this installation."""

from __future__ import annotations

from audit.logfiles.port import CHECKPOINT, VKEYS, WITNESSED, LogFiles
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note
from audit.tlog.tree import TileCache, TileTree

CACHED_TILES = 1_024


class PublishedLog:
    """Reads the files; writes none. Blocks; safe among threads.

    Every method raises `audit.logfiles.port.LogFilesUnavailable` where they cannot be reached.
    """

    def __init__(self, files: LogFiles) -> None:
        self._files = files
        self._cache = TileCache(CACHED_TILES)

    def checkpoint(self) -> bytes | None:
        """The newest checkpoint's note; None before the first."""
        return self._files.read(CHECKPOINT)

    def witnessed_checkpoint(self) -> bytes | None:
        """The newest note that met the witnesses' quorum; None where there is none."""
        return self._files.read(WITNESSED)

    def vkeys(self) -> bytes | None:
        """The verifier keys of whoever signs now, one a line, the current one first."""
        return self._files.read(VKEYS)

    def read(self, path: str) -> bytes | None:
        """Any file of the log. Raises ValueError for what is no path in it."""
        return self._files.read(path)

    def tree(self) -> TileTree | None:
        """The tree of the newest checkpoint; None before the first.

        Whether it is signed, and the tiles lead to its root, is for whoever relies on it to check.
        """
        note = self.checkpoint()
        return None if note is None else self.tree_of(note)

    def tree_of(self, note: bytes) -> TileTree:
        """The tree of a checkpoint of this log. Raises `NoteMalformed`, `CheckpointInvalid`."""
        return TileTree(self._files.read, Checkpoint.parse(Note.parse(note).text).size, self._cache)

    def heads_tree(self, prefix: str, count: int) -> TileTree:
        """The tree of mailbox heads under `audit.logfiles.port.heads_prefix(…)`, of `count` records."""
        return TileTree(lambda path: self._files.read(prefix + path), count)
