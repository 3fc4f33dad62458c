"""How a sequencer begins, whatever happened before: it looks, refuses or completes, and only then goes on.

- a crash between rows and tiles, tiles and checkpoint, checkpoint and its publication: what is missing is
  made from the rows, and what was signed is shown;
- a directory that was emptied, or put back to an earlier state: made again from the rows;
- rows that were lost: recovered from the published entries;
- rows, events or published files that contradict what was signed: refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from audit.leaf import CLOSED_DAY
from audit.logfiles import port
from audit.logfiles.port import LogFiles
from audit.sequencer.errors import Interrupted
from audit.sequencer.headstree import publish_heads
from audit.sequencer.recovering import recover_rows
from audit.sequencer.rows import LeafRow, LeafRows
from audit.sequencer.rowwriter import SIGNED, WITNESSED, KeptCheckpoint, RowWriter
from audit.sequencer.situation import (
    COMPARED_EVENTS,
    PAGE_ROWS,
    Situation,
    look,
    require_roots,
    require_same_events,
)
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import leaf_hash
from audit.tlog.notes import SignerKey
from audit.tlog.tree import TileInvalid, TileMissing, TileTree
from eventstore.recorder import BatchRecorder

_TELLS_HEADS: Final = f'"kind":"{CLOSED_DAY}"'.encode()

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where to go on: the tree over all rows, with its files written; the last leaf; what was signed last."""

    tree: GrowingTree
    last: LeafRow | None
    signed: KeptCheckpoint | None
    shown: bytes | None


def begin(
    rows: LeafRows,
    writer: RowWriter,
    files: LogFiles,
    keys: Sequence[SignerKey],
    recorder: BatchRecorder,
    check: Callable[[], None],
) -> Beginning:
    """Look at everything, complete it, and say where to go on. `check` raises where another one leads by now.

    Raises `Refused`, `Interrupted`, `domain.errors.Unavailable`.
    """
    found = look(rows, writer, files, keys)
    if found.published is not None and found.size < found.published.size:
        recover_rows(found, found.published, files, rows, writer, recorder)
        found = look(rows, writer, files, keys)
    end = found.size
    last_ones = [row for page in rows.pages(max(0, end - COMPARED_EVENTS), end, PAGE_ROWS) for row in page]
    require_same_events(recorder, last_ones)
    try:
        tree = _published_tree(found, files, last_ones)
        if tree is None and found.newest is not None:
            _log.warning("audit_log.publishing_anew", leaves=found.size)
        tree = tree or GrowingTree(_nothing)
        _complete(tree, found, rows, writer, files, check)
    except (TileMissing, TileInvalid) as error:
        raise Interrupted("the published files are changed while they are looked at") from error
    return _shown(tree, found, writer, files)


def _published_tree(found: Situation, files: LogFiles, last_ones: Sequence[LeafRow]) -> GrowingTree | None:
    """The published tree, where its files make what was signed and hold the last of the rows.

    None where they have to be written anew, which only rows are let that make what was signed.
    """
    if found.published is None:
        return None
    size = found.published.size
    try:
        for signed, root in found.roots.items():
            if signed <= size and TileTree(files.read, signed).root() != root:
                return None
        published = TileTree(files.read, size)
        of_rows = {row.index: leaf_hash(row.entry) for row in last_ones if row.index < size}
        if any(published.leaf_hash(index) != hashed for index, hashed in of_rows.items()):
            return None
        tree = GrowingTree(files.read, size)
    except (TileMissing, TileInvalid):
        return None
    return tree if tree.root() == found.published.root else None


def _complete(
    tree: GrowingTree,
    found: Situation,
    rows: LeafRows,
    writer: RowWriter,
    files: LogFiles,
    check: Callable[[], None],
) -> None:
    """Bring the tree and its full tiles to the last row; partial ones are written of what was signed."""
    later = {size: root for size, root in found.roots.items() if size > tree.size}
    require_roots(rows, TileTree(files.read, tree.size).frontier(), later)
    witnessed = writer.checkpoint(WITNESSED)
    signed = {*later, witnessed.size} if witnessed else {*later}
    for stop in sorted({size for size in signed if tree.size < size <= found.size} | {found.size}):
        for page in rows.pages(tree.size, stop, PAGE_ROWS):
            check()
            for row in page:
                if _TELLS_HEADS in row.entry:
                    publish_heads(files, row.index, writer.mailbox_heads_before(row.index))
            tree.extend([row.leaf_hash for row in page], [row.entry for row in page])
            files.write_all(tree.take_full_files())
        if stop in signed:
            files.write_all(tree.take_files())


def _shown(tree: GrowingTree, found: Situation, writer: RowWriter, files: LogFiles) -> Beginning:
    signed, published, shown = found.signed, found.published, found.shown
    if published is not None and (signed is None or signed.size < published.size):
        # The database was put back and its rows read on since: what is out counts.
        writer.keep_checkpoint(SIGNED, published, signed)
        signed = published
    elif signed is not None and (published is None or published.size < signed.size):
        files.write(port.CHECKPOINT, signed.note)
        shown = signed.note
    witnessed = writer.checkpoint(WITNESSED)
    if witnessed is not None and files.read(port.WITNESSED) != witnessed.note:
        files.write(port.WITNESSED, witnessed.note)
    return Beginning(tree, found.last, signed, shown)


def _nothing(_path: str) -> None:
    return None
