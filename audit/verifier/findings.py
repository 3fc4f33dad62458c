"""What a verifier has to say: findings, each with its place and what to do, and what it could not tell.

A thousand changed rows are one trouble: of each rule the first findings are kept, the others counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

KEPT_OF_EACH_RULE: Final = 20
_LONGEST: Final = 500

FINE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
CANNOT_TELL: Final = 3


class Unreachable(Exception):
    """The log or the event store cannot be read: nothing is said of it. The text says what to do."""


class WrongUse(ValueError):
    """A key, a checkpoint or a policy that was handed in is not one, or not this log's."""


class Rule(StrEnum):
    """What was found to be broken; what rather is a cause stands before what follows from it."""

    CHECKPOINT = "checkpoint"
    SIGNATURE = "signature"
    KEY_NOT_LOGGED = "key-not-logged"
    QUORUM = "quorum"
    ROLLED_BACK = "rolled-back"
    REWRITTEN = "rewritten"
    TIMESTAMP = "timestamp"
    ROOT = "root"
    TILE = "tile"
    ENTRY = "entry"
    MISSING_FILE = "missing-file"
    MALFORMED = "malformed"
    NOT_CANONICAL = "not-canonical"
    POSITION = "position"
    EVENT_ID = "event-id"
    SEQUENCE = "sequence"
    CHAIN = "chain"
    LOGGED_BACKWARDS = "logged-backwards"
    LOGGED_AFTER_COSIGNING = "logged-after-cosigning"
    FUTURE = "future"
    BACK_DATED = "back-dated"
    DAY = "day"
    HEADS = "heads"
    AFTER_ERASURE = "after-erasure"
    ROW_MISSING = "row-missing"
    ROW_CHANGED = "row-changed"

    ROW_INSERTED = "row-inserted"
    PAYLOAD_MISSING = "payload-missing"
    LEAF_UNTRUE = "leaf-untrue"
    ROW_MOVED = "row-moved"


_ASK_WHO_HOLDS_AN_EARLIER_ONE: Final = (
    "Keep this copy, and compare it with others': a pinned checkpoint or a witness's says which history came "
    "first."
)
_RESTORE_THE_ROW: Final = (
    "Stop whoever can write to the event store, keep a copy, and take this row from a backup made before."
)
_RESTORE_THE_FILE: Final = (
    "Take the file from another copy of the log, or let `ebox audit-log` write it again from its rows."
)
_ASK_THE_LOG: Final = "The log signed this itself: have its operator explain it, with the code it ran then."

ADVICE: Final[Mapping[Rule, str]] = {
    Rule.CHECKPOINT: _RESTORE_THE_FILE,
    Rule.SIGNATURE: "Compare --vkey-file with the key that the log's operator published; if it is right, the "
    "checkpoint is forged or damaged.",
    Rule.KEY_NOT_LOGGED: "A new key is announced in the log before it signs: ask the operator whose this is.",
    Rule.QUORUM: "Ask the witnesses of the policy what they have last seen of this log.",
    Rule.ROLLED_BACK: _ASK_WHO_HOLDS_AN_EARLIER_ONE,
    Rule.REWRITTEN: _ASK_WHO_HOLDS_AN_EARLIER_ONE,
    Rule.TIMESTAMP: "See that --tsa-certificate has the authority's root; if so, history was changed since.",
    Rule.ROOT: "Take the log's files from another copy; if the root stays, the checkpoint is not theirs.",
    Rule.TILE: _RESTORE_THE_FILE,
    Rule.ENTRY: _RESTORE_THE_FILE,
    Rule.MISSING_FILE: _RESTORE_THE_FILE,
    Rule.MALFORMED: _ASK_THE_LOG,
    Rule.NOT_CANONICAL: _ASK_THE_LOG,
    Rule.POSITION: _ASK_THE_LOG,
    Rule.EVENT_ID: _ASK_THE_LOG,
    Rule.SEQUENCE: _ASK_THE_LOG,
    Rule.CHAIN: _ASK_THE_LOG,
    Rule.LOGGED_BACKWARDS: "Check the clock of the machine that ran `ebox audit-log` at that time.",
    Rule.LOGGED_AFTER_COSIGNING: "Compare the witness's clock with that of `ebox audit-log`.",
    Rule.FUTURE: "Check the clock of the machine that recorded this event.",
    Rule.BACK_DATED: "Check the clock of the machine that recorded this event, and who could use it then.",
    Rule.DAY: _ASK_THE_LOG,
    Rule.HEADS: _ASK_THE_LOG,
    Rule.AFTER_ERASURE: "Find out what still wrote about this mailbox, and what it kept of the person.",
    Rule.ROW_MISSING: _RESTORE_THE_ROW,
    Rule.ROW_CHANGED: _RESTORE_THE_ROW,
    Rule.ROW_MOVED: "Stop whoever can write to the event store; positions never change: restore a backup.",
    Rule.ROW_INSERTED: "Stop whoever can write to the event store; this row was never recorded by eBox.",
    Rule.PAYLOAD_MISSING: _RESTORE_THE_ROW,
    Rule.LEAF_UNTRUE: _ASK_THE_LOG,
}
"""What to do about each."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be. `leaf`: its index; `subject`: whose history, by its pseudonym."""

    rule: Rule
    what: str
    leaf: int | None = None
    subject: str | None = None

    @property
    def advice(self) -> str:
        """What to do."""
        return ADVICE[self.rule]

    @property
    def where(self) -> str:
        """The leaf and the subject, as far as they are known."""
        parts = [f"leaf {self.leaf}"] if self.leaf is not None else []
        if self.subject is not None:
            parts.append(("mailbox " if self.subject.startswith("m:") else "stream ") + self.subject)
        return ", ".join(parts) or "the log"


def printable(text: str) -> str:
    """A text that may quote what a log says, as it may stand on a screen: a log could say anything."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text[:_LONGEST])


@dataclass(slots=True)
class Report:
    """All that a verification says."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[Rule] = field(default_factory=Counter)
    cannot_tell: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origin: str | None = None
    size: int | None = None
    root: bytes | None = None

    def add(self, rule: Rule, what: str, leaf: int | None = None, subject: str | None = None) -> None:
        """Something was found."""
        self.counts[rule] += 1
        if self.counts[rule] <= KEPT_OF_EACH_RULE:
            self.findings.append(
                Finding(rule, printable(what), leaf, printable(subject) if subject else None)
            )

    def sort(self) -> None:
        """By rule, then by leaf."""
        order = list(Rule)
        self.findings.sort(key=lambda one: (order.index(one.rule), -1 if one.leaf is None else one.leaf))

    @property
    def exit_code(self) -> int:
        """0 fine, 1 findings, 3 cannot tell: a finding stays one, whatever else could not be told."""
        if self.counts:
            return FINDINGS
        return CANNOT_TELL if self.cannot_tell else FINE
