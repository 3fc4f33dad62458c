"""The leaves of a published log, one after the other, without a token or an installation.

They are pseudonymous: they say what happened when to whose pseudonym, and nothing that is personal. While
they pass by, the tree over them is built: what does not lead to the checkpoint's root is no copy of that log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from audit import leaf
from audit.export.rows import Row, row_of_leaf
from audit.logfiles.port import CHECKPOINT
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.notes import Note, NoteMalformed
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path
from audit.verifier.sources import LogSource


class NotWhole(Exception):
    """The log is not what its checkpoint says; the text says where."""


@dataclass(frozen=True, slots=True)
class LeafFilter:
    """Which leaves are wanted; None does not narrow. `start` is included, `end` is not."""

    subject: str | None = None
    kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def wants(self, row: Row) -> bool:
        """Whether it is one of them."""
        return (
            (self.subject is None or (row.leaf is not None and row.leaf.subject == self.subject))
            and (self.kind is None or row.kind == self.kind)
            and (self.start is None or row.at >= self.start)
            and (self.end is None or row.at < self.end)
        )


def checkpoint_of(source: LogSource) -> Checkpoint:
    """Its newest checkpoint; whether it is signed is for `ebox audit verify`. Raises `NotWhole`."""
    note = source.read(CHECKPOINT)
    if note is None:
        raise NotWhole("there is no checkpoint")
    try:
        return Checkpoint.parse(Note.parse(note).text)
    except (NoteMalformed, CheckpointInvalid) as error:
        raise NotWhole(f"the checkpoint: {error}") from None


def rows_of_log(source: LogSource, checkpoint: Checkpoint) -> Iterator[tuple[Row, bytes]]:
    """Each leaf and its entry's bytes, in order. Raises `NotWhole`, at the end too, and `Unreachable`."""
    tree, index = Frontier(), 0
    for path, bundle in zip(_paths(checkpoint.size), source.read_all(_paths(checkpoint.size)), strict=True):
        if bundle is None:
            raise NotWhole(f"there is no {path}")
        for entry in _entries(path, bundle):
            tree.append(leaf_hash(entry))
            yield _row(index, entry), entry
            index += 1
    if tree.size != checkpoint.size or tree.root() != checkpoint.root:
        raise NotWhole("the entries do not lead to the checkpoint's root; `ebox audit verify` says where")


def _paths(size: int) -> Iterator[str]:
    for number in range(0, size, TILE_WIDTH):
        yield entries_path(number // TILE_WIDTH, min(TILE_WIDTH, size - number))


def _entries(path: str, bundle: bytes) -> list[bytes]:
    try:
        return decode_bundle(bundle)
    except ValueError as error:
        raise NotWhole(f"{path}: {error}") from None


def _row(index: int, entry: bytes) -> Row:
    try:
        return row_of_leaf(index, leaf.decode(entry))
    except (msgspec.DecodeError, ValueError):
        raise NotWhole(f"leaf {index} is not an entry of this release") from None
