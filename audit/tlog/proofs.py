"""Proofs that an entry is in a log, as files for offline use (C2SP `tlog-proof`).

eBox puts the entry itself into `extra`, so that a file is whole: the entry, the way up the tree, and the
checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from audit.tlog.checkpoints import Checkpoint, open_checkpoint
from audit.tlog.encoding import MAX_SIZE, decode_base64, encode_base64, parse_decimal
from audit.tlog.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from audit.tlog.notes import MAX_NOTE_BYTES, Note, VerifierKey
from audit.tlog.tiles import MAX_ENTRY_BYTES

HEADER: Final = "c2sp.org/tlog-proof@v1"
MEDIA_TYPE: Final = "text/plain; charset=utf-8"
MAX_HASHES: Final = 63
MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 2 * MAX_ENTRY_BYTES


class ProofMalformed(ValueError):
    """The bytes are no such file, or larger than any that is taken."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """That an entry is number `index`. `checkpoint`: the signed note as it was published; nothing is checked
    yet.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            raise ProofMalformed(f"no leaf is number {self.index}")
        if len(self.hashes) > MAX_HASHES or any(len(each) != HASH_BYTES for each in self.hashes):
            raise ProofMalformed(f"a proof is at most {MAX_HASHES} hashes of {HASH_BYTES} bytes")
        if self.extra == b"":
            raise ProofMalformed("extra data are left out rather than empty")

    def encode(self) -> bytes:
        """The file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines += [f"index {self.index}", *map(encode_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, proof: bytes | str) -> TlogProof:
        """The proof of a file; only its form is checked, and of the checkpoint nothing. Raises
        ProofMalformed.
        """
        data = proof.encode(errors="replace") if isinstance(proof, str) else proof
        if len(data) > MAX_PROOF_BYTES:
            raise ProofMalformed(f"a proof of more than {MAX_PROOF_BYTES} bytes is not taken")
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank:
            raise ProofMalformed("a proof has a blank line before its checkpoint")
        try:
            extra, index, hashes = _parse_head(head.decode("ascii").split("\n"))
        except ValueError as error:
            raise ProofMalformed(f"before the checkpoint: {error}") from None
        return cls(index, hashes, checkpoint, extra)

    def verify(self, entry: bytes, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Note]:
        """Check that this entry is in the log of the keys, and return the checkpoint that says so.

        Raises CheckpointInvalid (from the signature on down) or ProofInvalid.
        """
        checkpoint, note = open_checkpoint(self.checkpoint, keys)
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint, note


def _parse_head(lines: list[str]) -> tuple[bytes | None, int, tuple[bytes, ...]]:
    header, *rest = lines
    if header != HEADER:
        raise ValueError(f"the first line is not {HEADER}")
    extra = None
    if rest and rest[0].startswith("extra "):
        extra = decode_base64(rest.pop(0).removeprefix("extra "))
    if not rest or not rest[0].startswith("index "):
        raise ValueError("the line with the index is missing")
    index, *hashes = rest
    return extra, parse_decimal(index.removeprefix("index ")), tuple(map(decode_base64, hashes))
