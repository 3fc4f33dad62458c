"""What lies in the export of an owner's access history: a ZIP that is checked without us.

how-to-verify.html         for people, in four languages
history.json               the history in plain words, newest first
log/checkpoint             the signed checkpoint that everything here is proved against
log/checkpoint-witnessed   the newest one that met the witnesses' quorum, where there is one
log/vkeys                  what checks the log's signatures
log/leaves.jsonl           every leaf of the mailbox, 1 to the last, with the way up to the checkpoint's root
log/heads.json             of each mailbox the record in the last closed day's tree of heads
disclosures.jsonl          the owner's own data in those leaves: plaintext and salt of single fields

A mailbox that was merged into the owner's has a chain of its own in the same files. Of a leaf that is
withheld there is its number and its hash, and nothing else. Keys are never in here.
"""

from __future__ import annotations

from typing import Final

import msgspec

HOW_TO: Final = "how-to-verify.html"
HISTORY: Final = "history.json"
CHECKPOINT: Final = "log/checkpoint"
WITNESSED: Final = "log/checkpoint-witnessed"
VKEYS: Final = "log/vkeys"
LEAVES: Final = "log/leaves.jsonl"
HEADS: Final = "log/heads.json"
DISCLOSURES: Final = "disclosures.jsonl"


class ExportedLeaf(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """A line of `log/leaves.jsonl`. `entry`: the leaf's text, to the byte; a withheld one has its hash."""

    subject: str
    sequence: int
    index: int | None = None
    entry: str | None = None
    hashes: list[bytes] = []
    leaf_hash: bytes | None = None


class ExportedDay(msgspec.Struct, kw_only=True, rename="camel"):
    """The leaf that closed a day: what it says, and that it is in the log."""

    index: int
    entry: str
    hashes: list[bytes]


class ExportedHead(msgspec.Struct, kw_only=True, rename="camel"):
    """A mailbox's record on that day. `day` is None where none was closed since its first leaf."""

    subject: str
    day: ExportedDay | None = None
    record: bytes | None = None
    index: int = 0
    count: int = 0
    hashes: list[bytes] = []


class Disclosure(msgspec.Struct, kw_only=True, rename="camel"):
    """One field of the owner's: HMAC-SHA256(salt, plaintext) is the leaf's commitment at that path."""

    subject: str
    sequence: int
    path: str
    plaintext: str
    salt: bytes
