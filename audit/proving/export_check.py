"""Checks the export of an owner's access history, offline: needs the file, and better also the log's key.

What it holds for true is the signed checkpoint alone. Every leaf has to lead to its root, each be chained to
the one before without a gap, the record in the closed day's tree of heads be that of the chain, each
disclosed field be what its leaf committed to, each line of the history be one of the leaves, and each leaf
that is something for a reader, withheld or not, have its line.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from uuid import UUID

import msgspec

from audit import leaf
from audit.proving import exportfiles as files
from audit.proving.exportfiles import Disclosure, ExportedHead, ExportedLeaf
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.keys import KeyMalformed
from audit.tlog.merkle import ProofInvalid, leaf_hash, verify_inclusion
from audit.tlog.notes import MAX_NOTE_BYTES, VerifierKey
from domain.events.enterprise import RoleAssigned
from domain.events.notification import NotificationQueued
from domain.retention import YEARS_KEPT
from eventstore.personal import is_disclosure_of

MAX_LINE: Final = 1024 * 1024
MAX_FILE: Final = 256 * 1024 * 1024
"""What is read at once, and what one file of the export may be: more than anybody's history."""

OF_EBOX_ITSELF: Final = frozenset({NotificationQueued.TOPIC, RoleAssigned.TOPIC})
"""What the history has no line of."""

_HEADS: Final = msgspec.json.Decoder(list[ExportedHead])
_LEAF: Final = msgspec.json.Decoder(ExportedLeaf)
_DISCLOSURE: Final = msgspec.json.Decoder(Disclosure)


class ExportUnreadable(ValueError):
    """The file is no such export; says why."""


@dataclass(slots=True)
class ExportReport:
    """What was found. `findings`: what is wrong; empty where all is as it should be.

    `lines`: how many of the history are leaves here, withheld ones too; `newer`: those after the last leaf.
    """

    origin: str = ""
    size: int = 0
    leaves: int = 0
    withheld: int = 0
    disclosures: int = 0
    lines: int = 0
    newer: int = 0
    mailboxes: list[UUID] = field(default_factory=list)
    trusts_own_keys: bool = False
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Line(msgspec.Struct, kw_only=True, rename="camel"):
    """What is compared of a line of the history."""

    position: int
    kind: str
    subject: str | None = None
    sequence: int | None = None
    event_id: str | None = None


class _Mailbox(msgspec.Struct, kw_only=True, rename="camel"):
    """Whose leaves these are."""

    mailbox_id: UUID
    subject: str


class _History(msgspec.Struct, kw_only=True):
    """`position`: how far in the event store it is complete."""

    position: int
    mailboxes: list[_Mailbox]
    items: list[_Line]


def check_export(path: Path, keys: Sequence[VerifierKey] = ()) -> ExportReport:
    """Check the export at that path. `keys`: the log's, got another way; without them its own are taken.

    Raises `ExportUnreadable`, `OSError`.
    """
    try:
        with zipfile.ZipFile(path) as export:
            return _Check(export, keys).run()
    except ExportUnreadable:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError, EOFError) as error:
        raise ExportUnreadable(f"this is no export of an access history: {error}") from None
    except (ValueError, RuntimeError) as error:
        # As msgspec and zipfile have them; the latter also for what is encrypted
        raise ExportUnreadable(f"a file of the export is not as it should be: {error}") from None


class _Check:
    """One run. `_chains`: of each mailbox the leaf hashes by sequence."""

    def __init__(self, export: zipfile.ZipFile, keys: Sequence[VerifierKey]) -> None:
        self._export = export
        self._keys = keys
        self._report = ExportReport()
        self._chains: dict[str, list[bytes]] = {}
        self._kinds: dict[tuple[str, int], tuple[str, str, int] | None] = {}
        self._years: dict[tuple[str, int], int] = {}

    def run(self) -> ExportReport:
        """All checks, in the order in which one rests on another."""
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return self._report
        self._report.origin, self._report.size = checkpoint.origin, checkpoint.size
        disclosed: dict[tuple[str, int], list[Disclosure]] = {}
        for line in self._lines(files.DISCLOSURES):
            one = _DISCLOSURE.decode(line)
            disclosed.setdefault((one.subject, one.sequence), []).append(one)
        for line in self._lines(files.LEAVES):
            found = _LEAF.decode(line)
            self._leaf(found, checkpoint, disclosed.pop((found.subject, found.sequence), ()))
        for subject, sequence in disclosed:
            self._find(f"{subject} {sequence}: a field is disclosed of a leaf that is not here")
        heads = _HEADS.decode(self._bytes(files.HEADS))
        for head in heads:
            self._head(head, checkpoint)
        for subject in self._chains.keys() - {head.subject for head in heads}:
            self._find(f"{subject}: what the closed day knows of this mailbox is missing")
        self._history()
        return self._report

    def _find(self, what: str) -> None:
        self._report.findings.append(what)

    def _checkpoint(self) -> Checkpoint | None:
        keys = list(self._keys)
        try:
            if not keys:
                self._report.trusts_own_keys = True
                text = self._bytes(files.VKEYS, MAX_NOTE_BYTES).decode()
                keys = [VerifierKey.parse(line) for line in text.splitlines() if line]
            return open_checkpoint(self._bytes(files.CHECKPOINT, MAX_NOTE_BYTES), keys)[0]
        except (CheckpointInvalid, KeyMalformed, UnicodeDecodeError) as error:
            self._find(f"the checkpoint: {error}")
            return None

    def _leaf(self, one: ExportedLeaf, checkpoint: Checkpoint, disclosed: Sequence[Disclosure]) -> None:
        named = f"{one.subject} {one.sequence}"
        chain = self._chains.setdefault(one.subject, [])
        if one.sequence != len(chain) + 1:
            self._find(f"{named}: expected number {len(chain) + 1} of this mailbox here")
        self._report.leaves += 1
        if one.entry is None or one.index is None:
            self._report.withheld += 1
            self._kinds[one.subject, one.sequence] = None
            chain.append(one.leaf_hash or b"")
            return
        data = one.entry.encode()
        hashed = leaf_hash(data)
        try:
            verify_inclusion(hashed, one.index, checkpoint.size, one.hashes, checkpoint.root)
            entry = leaf.decode(data)
        except ProofInvalid as error:
            self._find(f"{named}: not in the log: {error}")
            chain.append(hashed)
            return
        if (entry.subject, entry.sequence) != (one.subject, one.sequence):
            self._find(f"{named}: the leaf is of {entry.subject} {entry.sequence}")
        if entry.previous != (chain[-1] if chain else None):
            self._find(f"{named}: not chained to the leaf before")
        chain.append(hashed)
        self._kinds[one.subject, one.sequence] = entry.kind, entry.event, entry.position
        self._years[one.subject, one.sequence] = int(entry.time[:4])
        for each in disclosed:
            self._report.disclosures += 1
            recorded = entry.commitments.get(each.path)
            committed = msgspec.convert(recorded, bytes, strict=False) if recorded else b""
            if not is_disclosure_of(committed, each.salt, each.plaintext.encode()):
                self._find(f"{named}: what is disclosed as {each.path} is not what was recorded")

    def _head(self, head: ExportedHead, checkpoint: Checkpoint) -> None:
        chain = self._chains.get(head.subject, [])
        if head.day is None or head.record is None:
            self._report.notes.append(
                f"{head.subject}: no day was closed since its first leaf; that nothing is hidden can be "
                "proved from the next one on."
            )
            return
        data = head.day.entry.encode()
        try:
            verify_inclusion(
                leaf_hash(data), head.day.index, checkpoint.size, head.day.hashes, checkpoint.root
            )
            facts = leaf.decode(data)
            root = msgspec.convert((facts.facts or {}).get("heads"), bytes, strict=False)
            verify_inclusion(leaf_hash(head.record), head.index, head.count, head.hashes, root)
        except (ProofInvalid, msgspec.ValidationError) as error:
            self._find(f"{head.subject}: the record of the closed day is not proved: {error}")
            return
        if facts.kind != leaf.CLOSED_DAY or (facts.facts or {}).get("count") != head.count:
            self._find(f"{head.subject}: the leaf of the closed day is none")
        sequence = int.from_bytes(head.record[leaf.SUBJECT_BYTES : leaf.SUBJECT_BYTES + 8], "big")
        if not 0 < sequence <= len(chain):
            self._find(f"{head.subject}: the closed day knows {sequence} leaves; here are {len(chain)}")
        elif head.record != leaf.head_record(head.subject, sequence, chain[sequence - 1]):
            self._find(f"{head.subject}: the closed day has another leaf as number {sequence}")
        else:
            day = (facts.facts or {}).get("day")
            self._report.notes.append(
                f"{head.subject}: when {day} was closed its last leaf was number {sequence}; none up to that "
                "one is kept from you."
            )

    def _history(self) -> None:
        history = msgspec.json.decode(self._bytes(files.HISTORY), type=_History)
        told = {(line.subject, line.sequence) for line in history.items}
        self._mailboxes(history.mailboxes)
        last = max((known[2] for known in self._kinds.values() if known), default=0)
        for line in history.items:
            if line.subject is None or line.sequence is None:
                self._report.newer += 1
                if line.position <= last:
                    self._find(f"position {line.position}: the history has a line there that no leaf is of")
                continue
            self._report.lines += 1
            known = self._kinds.get((line.subject, line.sequence), ())
            if known is not None and known != (line.kind, line.event_id, line.position):
                self._find(f"{line.subject} {line.sequence}: the history says something else than the leaf")
        self._told(history.position, told)

    def _mailboxes(self, named: Sequence[_Mailbox]) -> None:
        self._report.mailboxes = [one.mailbox_id for one in named]
        for one in named:
            if leaf.mailbox_subject(one.mailbox_id) != one.subject:
                self._find(f"{one.subject}: this is not the mailbox {one.mailbox_id}, as the history says")
        for subject in self._chains.keys() - {one.subject for one in named}:
            self._find(f"{subject}: the history does not say whose leaves these are")

    def _told(self, position: int, told: Collection[tuple[str | None, int | None]]) -> None:
        """Each leaf up to that position has its line, but for what retention let leave the history."""
        kept_since = max(self._years.values(), default=0) - YEARS_KEPT + 1
        for subject, chain in self._chains.items():
            is_reached = False
            for one in ((subject, sequence) for sequence in range(len(chain), 0, -1)):
                known = self._kinds.get(one)
                is_reached |= known is not None and known[2] <= position
                is_for_readers = known is None or known[0] not in OF_EBOX_ITSELF
                is_kept = self._years.get(one, kept_since) >= kept_since
                if is_reached and is_for_readers and is_kept and one not in told:
                    self._find(f"{one[0]} {one[1]}: the history does not tell of this leaf")

    def _bytes(self, name: str, most: int = MAX_FILE) -> bytes:
        with self._open(name, most) as file:
            return file.read()

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._open(name, MAX_FILE) as file:
            while line := file.readline(MAX_LINE):
                yield line

    @contextmanager
    def _open(self, name: str, most: int) -> Iterator[IO[bytes]]:
        if self._export.getinfo(name).file_size > most:
            raise ExportUnreadable(f"{name} is larger than any export's")
        with self._export.open(name) as file:
            yield file
