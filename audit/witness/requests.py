"""The body of `add-checkpoint`, read and written (C2SP tlog-witness)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audit.tlog.encoding import decode_base64, encode_base64, parse_decimal
from audit.tlog.merkle import HASH_BYTES
from audit.witness.errors import RequestMalformed

MOST_HASHES: Final = 63
"""A consistency proof has no more lines."""

LARGEST_BODY: Final = 128 * 1024
"""Bytes: a whole proof, and a checkpoint with sixteen signatures of the largest kind (signed notes have to be
taken with so many, of up to 5 kB each before base64)."""

_OLD: Final = "old "


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint to cosign, with the proof that it contains the tree of `old_size`."""

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, as it was sent."""

    @classmethod
    def parse(cls, body: bytes) -> AddCheckpoint:
        """Raises `RequestMalformed`. The checkpoint itself is not looked at."""
        head, separator, checkpoint = body.partition(b"\n\n")
        if not separator:
            raise RequestMalformed("no empty line after the proof")
        try:
            first, *hashes = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise RequestMalformed("something before the checkpoint is not ASCII") from None
        if len(hashes) > MOST_HASHES:
            raise RequestMalformed(f"a proof has at most {MOST_HASHES} lines")
        return cls(_old_size(first), tuple(map(_hash, hashes)), checkpoint)

    def encode(self) -> bytes:
        """The body to send."""
        lines = [f"{_OLD}{self.old_size}", *map(encode_base64, self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def _old_size(line: str) -> int:
    if not line.startswith(_OLD):
        raise RequestMalformed("the first line is not `old` and a size")
    try:
        return parse_decimal(line.removeprefix(_OLD))
    except ValueError:
        raise RequestMalformed("the first line is not `old` and a size") from None


def _hash(line: str) -> bytes:
    try:
        found = decode_base64(line)
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise RequestMalformed("a line of the proof is not a hash in base64")
    return found
