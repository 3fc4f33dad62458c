"""The checkpoints that a verification stands on: the log's newest, the pinned ones, the witnessed one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.x509 import Certificate

from audit.timestamps.tokens import authorities_in
from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import Note, VerifierKey
from audit.tlog.policies import Policy, PolicyMalformed
from audit.verifier.findings import Report, Rule, Unreachable, WrongUse
from audit.verifier.sources import LogSource

NEWEST: Final = "checkpoint"
WITNESSED: Final = "checkpoint-witnessed"
FRESH: Final = timedelta(hours=48)
"""Each day is closed in the log, and so has a new checkpoint; one more day for witnesses to be away."""

_SIGNATURE: Final = b"\xe2\x80\x94 "


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the verifier was given and believes: keys of the log, checkpoints seen earlier, a policy, and what
    a timestamp authority's signatures lead to.
    """

    keys: Sequence[VerifierKey]
    pinned: Sequence[bytes] = ()
    policy: Policy | None = None
    authorities: Sequence[Certificate] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A checkpoint whose signature was found good. `what` says where it comes from."""

    what: str
    checkpoint: Checkpoint
    note: Note
    cosigned_by: Mapping[str, datetime] = field(default_factory=dict)
    is_quorum: bool = False

    @property
    def cosigned_first(self) -> datetime | None:
        """By when the leaves must have been there."""
        return min(self.cosigned_by.values(), default=None)

    @property
    def cosigned_last(self) -> datetime | None:
        """Up to when a witness knew nothing newer."""
        return max(self.cosigned_by.values(), default=None)


def newest_of(source: LogSource, trusted: Trusted, report: Report) -> Seen | None:
    """The log's checkpoint, or None with what is wrong in the report. Raises `Unreachable`."""
    data = source.read(NEWEST)
    if data is None:
        raise Unreachable("there is no checkpoint at --log; is it the directory or the address of a log?")
    try:
        return _open("the log's checkpoint", data, trusted)
    except CheckpointInvalid as error:
        report.add(Rule.SIGNATURE, f"the checkpoint cannot be believed: {error}")
        return None


def witnessed_of(data: bytes | None, newest: Seen, trusted: Trusted, report: Report) -> Seen | None:
    """The newest checkpoint that meets the policy's quorum, or None with a finding.

    `data`: the log's `WITNESSED`, read before its newest one: a log that grows meanwhile is not rolled back.
    """
    if newest.is_quorum:
        return newest
    if data is None:
        report.add(Rule.QUORUM, "no checkpoint of the log has the cosignatures that the policy wants")
        return None
    try:
        seen = _open("the witnessed checkpoint", data, trusted)
    except CheckpointInvalid as error:
        report.add(Rule.SIGNATURE, f"the witnessed checkpoint cannot be believed: {error}")
        return None
    if not seen.is_quorum:
        report.add(Rule.QUORUM, "no checkpoint of the log has the cosignatures that the policy wants")
        return None
    return seen


def pinned_in(trusted: Trusted, origin: str) -> list[Seen]:
    """The pinned checkpoints, the smallest first. Raises `WrongUse` for what is none of this log."""
    found: list[Seen] = []
    for data in trusted.pinned:
        try:
            seen = _open("a pinned checkpoint", data, trusted)
        except CheckpointInvalid as error:
            raise WrongUse(f"--pinned holds a checkpoint that cannot be believed: {error}") from error
        if seen.checkpoint.origin != origin:
            raise WrongUse(f"--pinned holds a checkpoint of {seen.checkpoint.origin}; this log is {origin}")
        found.append(seen)
    return sorted(found, key=lambda one: one.checkpoint.size)


def notes_in(data: bytes) -> Iterator[bytes]:
    """The signed notes of a file that holds one or more, one after the other."""
    note: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if note and note[-1].startswith(_SIGNATURE) and not line.startswith(_SIGNATURE):
            yield b"".join(note)
            note = []
        if note or line.strip():
            note.append(line)
    if note:
        yield b"".join(note)


def keys_in(text: str) -> list[VerifierKey]:
    """The verifier keys of a file, one a line; empty lines and lines that begin with `#` are passed over.

    Raises `WrongUse`.
    """
    lines = [line.strip() for line in text.splitlines()]
    try:
        keys = [VerifierKey.parse(line) for line in lines if line and not line.startswith("#")]
    except KeyMalformed as error:
        raise WrongUse(f"--vkey-file holds a line that is no verifier key: {error}") from error
    if not keys:
        raise WrongUse("--vkey-file holds no verifier key")
    return keys


def policy_in(data: bytes) -> Policy:
    """The policy of a file. Raises `WrongUse`."""
    try:
        return Policy.parse(data)
    except PolicyMalformed as error:
        raise WrongUse(f"--policy: {error}") from error


def authorities_of(pem: bytes) -> list[Certificate]:
    """The certificates of a file. Raises `WrongUse`."""
    try:
        return authorities_in(pem)
    except ValueError as error:
        raise WrongUse("--tsa-certificate holds no certificates in PEM") from error


def _open(what: str, data: bytes, trusted: Trusted) -> Seen:
    checkpoint, note = open_checkpoint(data, trusted.keys)
    if trusted.policy is None:
        return Seen(what, checkpoint, note)
    judgement = trusted.policy.judge(data)
    return Seen(what, checkpoint, note, judgement.cosigned_by, judgement.is_satisfied)
