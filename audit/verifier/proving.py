"""Proofs of single leaves, and that a log has only grown: made from a log, checked with nothing but a key.

A proof of inclusion is a C2SP `tlog-proof` with the entry in its `extra`. A proof of consistency has the form
in which a log asks a witness (C2SP `tlog-witness`, `add-checkpoint`): the old size, the hashes, the newer
checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from audit.leaf import Entry, decode, encode, is_mailbox
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.encoding import decode_base64, encode_base64, parse_decimal
from audit.tlog.merkle import ProofInvalid, leaf_hash, verify_consistency, verify_inclusion
from audit.tlog.notes import Note, NoteMalformed
from audit.tlog.proofs import HEADER, ProofMalformed, TlogProof
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path
from audit.tlog.tree import TileInvalid, TileMissing, TileTree
from audit.verifier.checkpoints import NEWEST, WITNESSED, Trusted
from audit.verifier.findings import Unreachable, WrongUse, printable
from audit.verifier.sources import LogSource

_OLD: Final = "old "


class NotProven(Exception):
    """The proof does not show what it is for, or the log does not give one. Says why."""


def prove_inclusion(source: LogSource, *, index: int | None = None, event: str | None = None) -> bytes:
    """The proof file of a leaf, by its index or its event's id; under a witnessed checkpoint if possible.

    Raises `NotProven`, `Unreachable`.
    """
    newest = _unchecked(source.read(NEWEST))
    if newest is None:
        raise Unreachable("there is no checkpoint at --log; is it the directory or the address of a log?")
    if index is None:
        index = _find(source, newest[0].size, event or "")
    if index >= newest[0].size:
        raise NotProven(f"the log has {newest[0].size} leaves, and none is number {index}")
    for known in (_unchecked(source.read(WITNESSED)), newest):
        if known is not None and index < known[0].size:
            try:
                return _prove(source, *known, index)
            except (TileMissing, TileInvalid, ProofInvalid) as error:
                trouble = str(error)
    raise NotProven(f"the log's files do not lead to its checkpoint ({trouble}); run `ebox audit verify`")


def prove_consistency(source: LogSource, old: bytes) -> bytes:
    """The proof that the log's checkpoint only adds to the old one. Raises `NotProven`, `Unreachable`."""
    before, newest = _unchecked(old), _unchecked(source.read(NEWEST))
    if before is None or newest is None:
        raise Unreachable("there is no checkpoint at --log; is it the directory or the address of a log?")
    (earlier, _), (checkpoint, note) = before, newest
    try:
        hashes = TileTree(source.read, checkpoint.size).consistency(earlier.size)
        verify_consistency(earlier.size, earlier.root, checkpoint.size, checkpoint.root, hashes)
    except (TileMissing, TileInvalid, ProofInvalid, ValueError) as error:
        raise NotProven(f"the log does not show that it begins with that checkpoint: {error}") from error
    lines = [f"{_OLD}{earlier.size}", *map(encode_base64, hashes), "", ""]
    return "\n".join(lines).encode() + note


def check_proof(data: bytes, trusted: Trusted) -> list[str]:
    """What the file proves, in words, a sentence each. Raises `NotProven`, `WrongUse`."""
    if not trusted.keys:
        raise WrongUse("give --vkey-file: the log's key, from somebody other than whoever gave you the proof")
    if data.startswith(HEADER.encode()):
        return [printable(line) for line in _check_inclusion(data, trusted)]
    if data.startswith(_OLD.encode()):
        return list(_check_consistency(data, trusted))
    raise WrongUse("this file is neither a tlog-proof, nor a proof of consistency, nor an export")


def check_entry(proof: TlogProof, trusted: Trusted) -> tuple[Entry, Checkpoint]:
    """The entry that the proof shows to be in the log, and by which checkpoint. Raises `NotProven`."""
    if proof.extra is None:
        raise NotProven("the proof has no entry in its extra line: what it is about cannot be told")
    try:
        checkpoint, _ = proof.verify(proof.extra, trusted.keys)
        entry = decode(proof.extra)
    except (CheckpointInvalid, ProofInvalid) as error:
        raise NotProven(str(error)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotProven("its entry is none of an eBox audit log") from error
    if encode(entry) != proof.extra:
        raise NotProven("its entry is not in the canonical form")
    return entry, checkpoint


def cosigned_in_words(note: bytes, trusted: Trusted) -> str:
    """Who cosigned the checkpoint, by the policy. Raises `NotProven` where that is too few."""
    if trusted.policy is None or not trusted.policy.witnesses:
        return "Whether witnesses saw it was not asked (--policy)."
    try:
        judgement = trusted.policy.judge(note)
    except CheckpointInvalid as error:
        raise NotProven(str(error)) from error
    if not judgement.is_satisfied:
        raise NotProven("its checkpoint does not have the cosignatures that the policy wants")
    names = ", ".join(f"{name} at {at:%Y-%m-%dT%H:%M:%SZ}" for name, at in judgement.cosigned_by.items())
    return f"Witnesses cosigned it: {names}."


def _check_inclusion(data: bytes, trusted: Trusted) -> Iterator[str]:
    try:
        proof = TlogProof.parse(data)
    except ProofMalformed as error:
        raise WrongUse(f"the file is no tlog-proof: {error}") from error
    entry, checkpoint = check_entry(proof, trusted)
    whose = "mailbox" if is_mailbox(entry.subject) else "stream"
    yield f"Leaf {proof.index} of the {checkpoint.size} leaves of {checkpoint.origin} is event {entry.event}."
    yield f"It is {entry.kind} of {entry.time}, in {whose} {entry.subject} number {entry.sequence}."
    yield f"The audit log took it at {entry.logged}, and signed that; the key is one of --vkey-file."
    yield cosigned_in_words(proof.checkpoint, trusted)


def _check_consistency(data: bytes, trusted: Trusted) -> Iterator[str]:
    head, _, note = data.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
        size, hashes = parse_decimal(first.removeprefix(_OLD)), [decode_base64(line) for line in rest]
        checkpoint, _ = open_checkpoint(note, trusted.keys)
    except CheckpointInvalid as error:
        raise NotProven(str(error)) from error
    except ValueError as error:
        raise WrongUse("the file is no proof of consistency") from error
    for pinned in trusted.pinned:
        try:
            earlier, _ = open_checkpoint(pinned, trusted.keys)
        except CheckpointInvalid as error:
            raise WrongUse(f"--pinned holds a checkpoint that cannot be believed: {error}") from error
        if (earlier.origin, earlier.size) == (checkpoint.origin, size):
            break
    else:
        raise WrongUse(
            f"a proof of consistency needs --pinned: the checkpoint of {size} leaves, with its root"
        )
    try:
        verify_consistency(size, earlier.root, checkpoint.size, checkpoint.root, hashes)
    except ProofInvalid as error:
        raise NotProven(str(error)) from error
    yield f"The {checkpoint.size} leaves of {checkpoint.origin} begin with the {size} of the pinned one:"
    yield "of those none was removed, changed, moved or put between."
    yield cosigned_in_words(note, trusted)


def _unchecked(data: bytes | None) -> tuple[Checkpoint, bytes] | None:
    """A checkpoint whose signature is left to whoever checks the proof."""
    if data is None:
        return None
    try:
        return Checkpoint.parse(Note.parse(data).text), data
    except (NoteMalformed, CheckpointInvalid) as error:
        raise NotProven(f"a checkpoint is none: {error}") from error


def _find(source: LogSource, size: int, event: str) -> int:
    wanted = f'"event":"{event}"'.encode()
    for start in range(0, size, TILE_WIDTH):
        if wanted in (data := _bundle(source, start, size)):
            for index, entry in enumerate(_entries(data, start, size), start):
                if wanted in entry and _event_of(entry) == event:
                    return index
    raise NotProven(f"the log has no event {event}; its newest events follow within a second or two")


def _prove(source: LogSource, checkpoint: Checkpoint, note: bytes, index: int) -> bytes:
    start = index // TILE_WIDTH * TILE_WIDTH
    entry = _entries(_bundle(source, start, checkpoint.size), start, checkpoint.size)[index - start]
    hashes = TileTree(source.read, checkpoint.size).inclusion(index)
    verify_inclusion(leaf_hash(entry), index, checkpoint.size, hashes, checkpoint.root)
    return TlogProof(index, tuple(hashes), note, entry).encode()


def _bundle(source: LogSource, start: int, size: int) -> bytes:
    number, width = start // TILE_WIDTH, min(TILE_WIDTH, size - start)
    data = source.read(entries_path(number, width))
    if data is None and width < TILE_WIDTH:
        data = source.read(entries_path(number))
    if data is None:
        raise NotProven(f"the log has no {entries_path(number, width)}; run `ebox audit verify`")
    return data


def _entries(bundle: bytes, start: int, size: int) -> list[bytes]:
    width = min(TILE_WIDTH, size - start)
    try:
        entries = decode_bundle(bundle)[:width]
    except ValueError:
        entries = []
    if len(entries) != width:
        path = entries_path(start // TILE_WIDTH, width)
        raise NotProven(f"{path} does not hold what its name says; run `ebox audit verify`")
    return entries


def _event_of(entry: bytes) -> str | None:
    try:
        return decode(entry).event
    except (msgspec.DecodeError, RecursionError):
        return None
