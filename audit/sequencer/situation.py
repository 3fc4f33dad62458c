"""What a sequencer finds when it begins: rows, what was signed, what is published; and whether they agree.

Everything is looked at before anything is written. What contradicts what was signed ends in `Refused`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from audit import leaf
from audit.logfiles import port
from audit.logfiles.port import LogFiles
from audit.sequencer.errors import Refused
from audit.sequencer.rows import LeafRow, LeafRows
from audit.sequencer.rowwriter import SIGNED, KeptCheckpoint, RowWriter
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.notes import Note, NoteMalformed, SignerKey
from eventstore.recorder import BatchRecorder

COMPARED_EVENTS: Final = 500
"""So many of the last leaves are compared with the event store."""
PAGE_ROWS: Final = 4_096

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Situation:
    """`size`: how many rows there are. `signed` by the database's account, `published` by the files'.

    `shown`: the published note to the byte, whatever it is.
    """

    size: int
    last: LeafRow | None
    signed: KeptCheckpoint | None
    published: KeptCheckpoint | None
    shown: bytes | None

    @property
    def newest(self) -> KeptCheckpoint | None:
        """What nothing that is signed may contradict."""
        both = [one for one in (self.signed, self.published) if one is not None]
        return max(both, key=lambda one: one.size, default=None)

    @property
    def roots(self) -> dict[int, bytes]:
        """The roots that were signed, by size."""
        return {one.size: one.root for one in (self.published, self.signed) if one is not None}


def look(rows: LeafRows, writer: RowWriter, files: LogFiles, keys: Sequence[SignerKey]) -> Situation:
    """What is there. Raises `Refused` where the published checkpoint is another log's, or contradicts us."""
    last = rows.last()
    size = last.index + 1 if last else 0
    signed = writer.checkpoint(SIGNED)
    shown = files.read(port.CHECKPOINT)
    published = _published(shown, signed, keys)
    if signed is not None:
        _require_origin(signed, keys)
    if signed and published and signed.size == published.size and signed.root != published.root:
        raise Refused(
            "the published checkpoint and the one in the audit log's database are of one size and of two "
            "histories: somebody else has signed with this key. Keep both as evidence, and begin a new log"
        )
    return Situation(size, last, signed, published, shown)


def require_same_events(recorder: BatchRecorder, leaves: Iterable[LeafRow | leaf.Entry]) -> dict[int, UUID]:
    """Raise `Refused` unless the event store has the events of these leaves, to the byte.

    Returns their streams, by position.
    """
    entries = {one.position: one for one in map(_entry, leaves)}
    stored = {one.position: one.stored for one in recorder.read_at(sorted(entries))}
    streams: dict[int, UUID] = {}
    for position, entry in entries.items():
        event = stored.get(position)
        stream = UUID(str(event.originator_id)) if event else None
        if (
            event is None
            or stream is None
            or entry.stored != leaf.stored_digest(stream, event.originator_version, event.topic, event.state)
        ):
            raise Refused(
                f"the audit log has a leaf of an event at position {position} that the event store does not "
                "have, or has otherwise: the event store was restored to an earlier moment, or changed. "
                "Restore its newest backup; where events are lost for good, keep the published log as "
                "evidence and begin a new one (docs/howto/back-up-and-restore.md)"
            )
        streams[position] = stream
    return streams


def require_roots(rows: LeafRows, tree: Frontier, roots: Mapping[int, bytes]) -> Frontier:
    """Go on from `tree` over the rows, and raise `Refused` unless each of these sizes has its root."""
    for size in sorted(roots):
        for page in rows.pages(tree.size, size, PAGE_ROWS):
            for row in page:
                if row.index != tree.size:
                    raise Refused(f"leaf {tree.size} is missing in the audit log's database: {_RESTORE}")
                tree.append(leaf_hash(row.entry))
        if tree.size != size or tree.root() != roots[size]:
            raise Refused(
                f"the leaves in the audit log's database do not make the tree of {size} leaves that was "
                f"signed: they were changed or removed. {_RESTORE}"
            )
    return tree


_RESTORE: Final = (
    "Restore that database from a backup, or empty it: what it lacks is then recovered from the published log"
)


def _entry(one: LeafRow | leaf.Entry) -> leaf.Entry:
    return leaf.decode(one.entry) if isinstance(one, LeafRow) else one


def _published(
    shown: bytes | None, signed: KeptCheckpoint | None, keys: Sequence[SignerKey]
) -> KeptCheckpoint | None:
    if shown is None:
        return None
    try:
        checkpoint, _ = open_checkpoint(shown, [key.verifier for key in keys])
    except CheckpointInvalid as error:
        known = signed is not None and _is_same(shown, signed)
        if known and signed is not None:
            return signed  # its signer's key was retired since
        raise Refused(
            f"the published checkpoint cannot be relied upon ({error}): give the key that signed it in "
            "EBOX_AUDIT_KEY, or put the right file back"
        ) from error
    return KeptCheckpoint(checkpoint.size, checkpoint.root, shown)


def _is_same(shown: bytes, signed: KeptCheckpoint) -> bool:
    try:
        return Note.parse(shown).text == Note.parse(signed.note).text
    except NoteMalformed:
        return False


def _require_origin(signed: KeptCheckpoint, keys: Sequence[SignerKey]) -> None:
    origin = Checkpoint.parse(Note.parse(signed.note).text).origin
    if origin != keys[0].name:
        raise Refused(
            f"the audit log here is {origin}, and the key in EBOX_AUDIT_KEY is {keys[0].name}'s: "
            "give the key of this log"
        )
