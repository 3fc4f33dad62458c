"""Trust policies (C2SP `tlog-policy`): which logs are known, and which witnesses have to have cosigned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from audit.tlog.checkpoints import Checkpoint, CheckpointInvalid, open_checkpoint
from audit.tlog.cosignatures import CosignatureInvalid, WitnessKey, verify_cosignature
from audit.tlog.keys import KeyMalformed, NamedPublicKey
from audit.tlog.notes import Note, NoteMalformed, VerifierKey

MAX_POLICY_BYTES: Final = 256 * 1024
NONE: Final = "none"

_WHITESPACE: Final = re.compile(r"[ \t]+")
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class PolicyMalformed(ValueError):
    """The text is no policy; says which line, and why."""


@dataclass(frozen=True, slots=True)
class KnownLog:
    """A log whose checkpoints are accepted. Its key's name is its origin."""

    vkey: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class KnownWitness:
    """A witness. `name`: what the policy calls it; its key has a name of its own."""

    name: str
    vkey: WitnessKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups by name, of which `threshold` count as the group."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`cosigned_by`: for each of the policy's witnesses that cosigned, when. `latest`: the newest of these
    times.
    """

    checkpoint: Checkpoint
    cosigned_by: Mapping[str, datetime]
    is_satisfied: bool

    @property
    def latest(self) -> datetime | None:
        return max(self.cosigned_by.values(), default=None)


@dataclass(frozen=True, slots=True)
class Policy:
    """The logs, the witnesses, the groups and the quorum's name, each as its line says."""

    logs: tuple[KnownLog, ...]
    witnesses: tuple[KnownWitness, ...]
    groups: Mapping[str, Group]
    quorum: str

    @classmethod
    def parse(cls, text: str | bytes) -> Policy:
        """The policy of a file. Raises PolicyMalformed."""
        data = text.encode(errors="replace") if isinstance(text, str) else text
        if len(data) > MAX_POLICY_BYTES:
            raise PolicyMalformed(f"a policy of more than {MAX_POLICY_BYTES} bytes is not taken")
        reader = _Reader()
        for number, line in enumerate(data.split(b"\n"), start=1):
            try:
                # Names are octets to the specification; escaped, two that differ stay different
                reader.read(line.decode(errors="surrogateescape"))
            except (PolicyMalformed, KeyMalformed) as error:
                raise PolicyMalformed(f"line {number}: {error}") from None
        return reader.finish()

    def judge(self, note: bytes | str) -> Judgement:
        """What the policy says of a checkpoint.

        Raises CheckpointInvalid when it is none, when none of the policy's logs signed it, and when a
        signature or cosignature of a known key is not good. A policy that names no log leaves it to the
        caller to know the log from elsewhere and to check its signature: then only the cosignatures are
        judged.
        """
        if self.logs:
            checkpoint, parsed = open_checkpoint(note, [log.vkey for log in self.logs])
        else:
            try:
                parsed = Note.parse(note)
            except NoteMalformed as error:
                raise CheckpointInvalid(str(error)) from error
            checkpoint = Checkpoint.parse(parsed.text)
        cosigned_by: dict[str, datetime] = {}
        for witness in self.witnesses:
            if at := _cosigned_at(witness.vkey, parsed):
                cosigned_by[witness.name] = at
        return Judgement(checkpoint, cosigned_by, self._is_quorum(frozenset(cosigned_by)))

    def _is_quorum(self, cosigned_by: frozenset[str]) -> bool:
        if self.quorum == NONE:
            return True
        met = set(cosigned_by)
        for name, group in self.groups.items():  # in the order of the lines: members come before their group
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(name)
        return self.quorum in met


def _cosigned_at(key: WitnessKey, note: Note) -> datetime | None:
    try:
        times = [
            verify_cosignature(key, note.text, signature)
            for signature in note.signatures
            if (signature.name, signature.key_id) == (key.name, key.key_id)
        ]
    except CosignatureInvalid as error:
        raise CheckpointInvalid(str(error)) from error
    return max(times, default=None)


_Names: TypeAlias = set[str]


class _Reader:
    """Reads a policy line by line; what a line names has to stand on a line before it."""

    def __init__(self) -> None:
        self._logs: list[KnownLog] = []
        self._witnesses: list[KnownWitness] = []
        self._groups: dict[str, Group] = {}
        self._quorum: str | None = None
        self._names: _Names = set()
        self._grouped: _Names = set()

    def read(self, line: str) -> None:
        if _CONTROL.search(line):
            raise PolicyMalformed("there are control characters")
        items = _WHITESPACE.split(line.strip(" \t"))
        match items:
            case [""]:
                pass
            case [first, *_] if first.startswith("#"):
                pass
            case ["log", vkey] | ["log", vkey, _]:
                log = KnownLog(VerifierKey.parse(vkey), items[2] if len(items) > 2 else None)
                _check_new(log.vkey, [known.vkey for known in self._logs])
                self._logs.append(log)
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                witness = KnownWitness(name, WitnessKey.parse(vkey), items[3] if len(items) > 3 else None)
                _check_new(witness.vkey, [known.vkey for known in self._witnesses])
                self._define(name)
                self._witnesses.append(witness)
            case ["group", name, threshold, *members] if members:
                group = self._read_group(threshold, members)
                self._define(name)
                self._groups[name] = group
            case ["quorum", name]:
                if self._quorum is not None:
                    raise PolicyMalformed("there is one quorum, not two")
                if name != NONE and name not in self._names:
                    raise PolicyMalformed("the quorum is not defined above")
                self._quorum = name
            case _:
                raise PolicyMalformed("a line defines a log, a witness, a group or the quorum")

    def finish(self) -> Policy:
        if self._quorum is None:
            raise PolicyMalformed("a policy says which quorum it wants, if only: quorum none")
        return Policy(tuple(self._logs), tuple(self._witnesses), dict(self._groups), self._quorum)

    def _define(self, name: str) -> None:
        if name == NONE or name in self._names:
            raise PolicyMalformed("this name is taken")
        self._names.add(name)

    def _read_group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            if member not in self._names:
                raise PolicyMalformed("a member of the group is not defined above")
            if member in self._grouped:
                raise PolicyMalformed("a witness or group is a member only once, of one group")
            self._grouped.add(member)
        counts = {"any": 1, "all": len(members)}
        count = counts.get(threshold) or (int(threshold) if _THRESHOLD.fullmatch(threshold) else 0)
        if not 1 <= count <= len(members):
            raise PolicyMalformed("a group needs any, all, or a number of its members")
        return Group(count, tuple(members))


def _check_new(key: NamedPublicKey, known: list[VerifierKey] | list[WitnessKey]) -> None:
    if key.public in {each.public for each in known}:
        raise PolicyMalformed("this key is there already")
