"""Rows that the database lost, from the published log: verified against its checkpoint before one is written.

The published log holds every entry, so that it is the audit log's own backup. Of the events only the streams
are asked for, and that they are the ones that the leaves speak of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
import structlog

from audit import leaf
from audit.logfiles.port import LogFiles
from audit.sequencer.errors import Refused
from audit.sequencer.rows import Head, LeafRows
from audit.sequencer.rowwriter import SIGNED, KeptCheckpoint, NewLeaf, NewLeaves, RowWriter
from audit.sequencer.situation import Situation, require_roots, require_same_events
from audit.sequencer.tables import kept_subject
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path
from eventstore.recorder import BatchRecorder

_PUBLISHED = "message.published"
_log = structlog.get_logger(__name__)


def recover_rows(
    found: Situation,
    published: KeptCheckpoint,
    files: LogFiles,
    rows: LeafRows,
    writer: RowWriter,
    recorder: BatchRecorder,
) -> None:
    """Fill the rows up to the published checkpoint. Raises `Refused` where that cannot be done truly."""
    _log.warning("audit_log.recovering_rows", rows=found.size, leaves=published.size)
    before = {found.signed.size: found.signed.root} if found.signed else {}
    tree = require_roots(rows, Frontier(), before)
    for page in rows.pages(tree.size, found.size, TILE_WIDTH):
        for row in page:
            tree.append(leaf_hash(row.entry))
    for _, entries in _bundles(files, tree.size, published.size):
        for entry in entries:
            tree.append(leaf_hash(entry))
    if tree.root() != published.root:
        raise Refused(
            "the audit log's database has lost leaves, and the published entries do not make the tree of the "
            "published checkpoint: put the published files back as they were, from a copy"
        )
    for start, entries in _bundles(files, found.size, published.size):
        writer.add(_page(start, entries, recorder))
    writer.keep_checkpoint(SIGNED, published, found.signed)
    _log.warning("audit_log.recovered_rows", leaves=published.size)


def _bundles(files: LogFiles, start: int, end: int) -> Iterator[tuple[int, Sequence[bytes]]]:
    """The published entries from `start` on, a bundle at a time, each with the number of its first."""
    at = start
    while at < end:
        number, skipped = divmod(at, TILE_WIDTH)
        width = min(TILE_WIDTH, end - number * TILE_WIDTH)
        data = files.read(entries_path(number, width)) or files.read(entries_path(number))
        try:
            entries = decode_bundle(data or b"")[skipped:width]
        except ValueError as error:
            raise Refused(
                f"the audit log's database has lost leaves, and {entries_path(number, width)} of the "
                "published log is missing or damaged: put it back from a copy"
            ) from error
        yield at, entries
        at += len(entries)


def _page(start: int, entries: Sequence[bytes], recorder: BatchRecorder) -> NewLeaves:
    try:
        decoded = [leaf.decode(entry) for entry in entries]
    except msgspec.DecodeError as error:
        raise Refused("a published entry is not one that this release knows: run a newer release") from error
    streams = require_same_events(recorder, decoded)
    leaves, heads, messages = [], {}, {}
    for number, (one, entry) in enumerate(zip(decoded, entries, strict=True), start):
        kept, hashed = kept_subject(one.subject), leaf_hash(entry)
        leaves.append(NewLeaf(number, one.position, UUID(one.event), kept, one.sequence, entry, hashed))
        heads[kept] = Head(one.sequence, hashed)
        if one.kind == _PUBLISHED:
            messages[streams[one.position]] = kept
    return NewLeaves(leaves, heads, messages)
