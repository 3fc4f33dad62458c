"""Checkpoints (C2SP `tlog-checkpoint`): what a log says that its tree is, as a signed note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.tlog.encoding import MAX_SIZE, decode_base64, encode_base64, parse_decimal
from audit.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from audit.tlog.notes import Note, NoteMalformed, SignatureInvalid, VerifierKey


class CheckpointInvalid(ValueError):
    """Not a checkpoint, or not one that a known key of its log signed; says why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree of `size` leaves with this root, in the log that `origin` names."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(not line or any(each < " " for each in line) for line in (self.origin, *self.extensions)):
            raise CheckpointInvalid("a line of the checkpoint is empty, or has control characters")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointInvalid(f"no tree has {self.size} leaves")
        if len(self.root) != HASH_BYTES:
            raise CheckpointInvalid(f"a root is {HASH_BYTES} bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointInvalid("an empty tree has another root")

    @property
    def text(self) -> str:
        """The text of the note, which is what gets signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text. Raises CheckpointInvalid."""
        lines = text.split("\n")
        if lines.pop() or len(lines) < 3:
            raise CheckpointInvalid("a checkpoint is at least three lines")
        origin, size, root, *extensions = lines
        try:
            return cls(origin, parse_decimal(size), decode_base64(root), tuple(extensions))
        except CheckpointInvalid:
            raise
        except ValueError as error:
            raise CheckpointInvalid(f"the size or the root is {error}") from None


def open_checkpoint(note: bytes | str, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Note]:
    """The checkpoint of a note that at least one of the keys signed under the name of the checkpoint's
    origin.

    Raises CheckpointInvalid; also when a signature of such a key is there and is not good.
    """
    try:
        parsed = Note.parse(note)
        checkpoint = Checkpoint.parse(parsed.text)
        signers = parsed.signers([key for key in keys if key.name == checkpoint.origin])
    except (NoteMalformed, SignatureInvalid) as error:
        raise CheckpointInvalid(str(error)) from error
    if not signers:
        raise CheckpointInvalid("no known key of the log signed this checkpoint")
    return checkpoint, parsed
