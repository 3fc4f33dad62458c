"""Publishes what was sequenced: tiles, then a checkpoint that is kept before it is shown.

The order is what makes a crash harmless. Tiles follow from rows that are committed: writing them again writes
the same. A checkpoint is kept in the database before anybody can see it, so that whatever was seen is
known at the next start, and nothing that contradicts it is signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic, time
from typing import Final

from audit.logfiles import port
from audit.logfiles.port import LogFiles
from audit.sequencer.errors import Interrupted
from audit.sequencer.rowwriter import SIGNED, WITNESSED, KeptCheckpoint, NewLeaf, RowWriter
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.notes import Note, SignerKey, sign_note
from audit.tlog.tiles import TILE_WIDTH, entries_path, level_sizes, tile_path
from telemetry import meters

EVERY_SECONDS: Final = 0.25
"""Checkpoints are at least so far apart: an event is in one within a second, and a busy log makes few."""


LOOK_SECONDS: Final = 10.0
"""How often it is looked whether what was shown is still there, while nothing is published."""


class Publisher:
    """The published log, for the one who leads. `extend` and `publish` are one thread's, the rest any's.

    `last` is what was signed last; `shown` is the note that is out. `offer` is told of each checkpoint that
    is out: it must neither block nor raise.
    """

    def __init__(
        self,
        files: LogFiles,
        rows: RowWriter,
        tree: GrowingTree,
        keys: Sequence[SignerKey],
        *,
        last: KeptCheckpoint | None,
        shown: bytes | None,
        offer: Callable[[bytes], None] = lambda _note: None,
    ) -> None:
        self._files = files
        self._rows = rows
        self._tree = tree
        self._keys = keys
        self._last = last
        self._shown = shown
        self._offer = offer
        self._lock = Lock()
        self._published_at = monotonic() - EVERY_SECONDS
        self._looked_at = monotonic()

    @property
    def seconds_left(self) -> float | None:
        """How long until what was added is due to be published; None where nothing was added."""
        if self._last is not None and self._tree.size == self._last.size:
            return None
        return max(0.0, self._published_at + EVERY_SECONDS - monotonic())

    def extend(self, leaves: Sequence[NewLeaf]) -> None:
        """Add leaves whose rows are committed."""
        self._tree.extend([leaf.leaf_hash for leaf in leaves], [leaf.entry for leaf in leaves])
        meters.AUDIT_LEAVES.set(self._tree.size)

    def publish(self) -> None:
        """Write what the log lacks, and sign and show the tree as it stands.

        Raises `Interrupted` where somebody else has signed, or has changed the published checkpoint.
        """
        before = self._last.size if self._last else 0
        self._files.write_all(self._tree.take_files())
        root = self._tree.root()
        text = Checkpoint(self._keys[0].name, self._tree.size, root).text
        note = sign_note(text, *self._keys).encode()
        kept = KeptCheckpoint(self._tree.size, root, note)
        with self._lock:
            self._require_shown()
            self._rows.keep_checkpoint(SIGNED, kept, self._last)
            self._last = kept
            self._show(note)
        self._published_at = monotonic()
        meters.AUDIT_CHECKPOINT_TIME.set(time())
        self._remove_outgrown(before)
        self._offer(note)

    def look_after(self) -> None:
        """Raise `Interrupted` where the published checkpoint is gone, or another one; now and then.

        Somebody may have emptied the folder or put an old copy there, and one who led before may have shown
        what was in hand.
        """
        if monotonic() - max(self._published_at, self._looked_at) >= LOOK_SECONDS:
            with self._lock:
                self._require_shown()
            self._looked_at = monotonic()

    def show_cosigned(self, cosigned: Note) -> None:
        """Put a checkpoint with witnesses' signatures in the place of the same one without."""
        with self._lock:
            if self._shown is not None and Note.parse(self._shown).text == cosigned.text:
                self._require_shown()
                self._show(cosigned.encode())

    def keep_witnessed(self, note: bytes) -> None:
        """Keep and show a checkpoint as the newest one that met the quorum."""
        checkpoint = Checkpoint.parse(Note.parse(note).text)
        before = self._rows.checkpoint(WITNESSED)
        if before is None or before.size <= checkpoint.size:
            kept = KeptCheckpoint(checkpoint.size, checkpoint.root, note)
            self._rows.keep_checkpoint(WITNESSED, kept, before)
            self._files.write(port.WITNESSED, note)

    def _require_shown(self) -> None:
        if self._files.read(port.CHECKPOINT) != self._shown:
            raise Interrupted("the published checkpoint is not the one that was put there")

    def _show(self, note: bytes) -> None:
        self._files.write(port.CHECKPOINT, note)
        self._shown = note

    def _remove_outgrown(self, before: int) -> None:
        """Remove the partial tiles, and the partial bundle, of what was not full before and is now."""
        # As `tlog-tiles` allows; whoever reads by an older checkpoint finds the full one.
        after = self._tree.size
        for level, count in level_sizes(before):
            number, width = divmod(count, TILE_WIDTH)
            if width and after // TILE_WIDTH ** (level + 1) > number:
                full = [tile_path(level, number)]
                if level == 0:
                    full.append(entries_path(number))
                for path in full:
                    for partial in list(self._files.list(f"{path}.p/")):
                        self._files.delete(partial)
