"""Signed notes (C2SP `signed-note`): a text, a blank line, and lines that sign the text.

A note's text means nothing until a known key's signature was found good. Signatures of keys
that are not known are passed over, so that a log can change keys and witnesses can add theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from audit.tlog.encoding import decode_base64, encode_base64
from audit.tlog.keys import SIGNATURE_BYTES, NamedPrivateKey, NamedPublicKey, is_key_name

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
"""The specification asks for at least 16, and warns that some are 5 kB."""

KEY_ID_BYTES: Final = 4
_BEGINNING: Final = "\u2014 "


class NoteMalformed(ValueError):
    """The bytes are no signed note, or larger than any that is taken."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody's signature of a note. `value`: what follows the key's id; the key's type gives it sense."""

    name: str
    key_id: bytes
    value: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.key_id) != KEY_ID_BYTES or not self.value:
            raise NoteMalformed("a signature has a key's name, its id of four bytes, and a value")

    @property
    def line(self) -> str:
        """The signature as it stands in a note, with its newline."""
        return f"{_BEGINNING}{self.name} {encode_base64(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """The signature of one line, with its newline. Raises NoteMalformed."""
        parts = line.removesuffix("\n").split(" ")
        if not line.endswith("\n") or len(parts) != 3 or f"{parts[0]} " != _BEGINNING:
            raise NoteMalformed("a line after the blank one is not a signature")
        try:
            data = decode_base64(parts[2])
        except ValueError as error:
            raise NoteMalformed(f"a signature is {error}") from None
        return cls(parts[1], data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])

    @classmethod
    def parse_lines(cls, text: str) -> tuple[Signature, ...]:
        """The signatures of 1 to `MAX_SIGNATURES` lines, and nothing else. Raises NoteMalformed."""
        lines = text.split("\n")
        if lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
            raise NoteMalformed(f"a note has 1 to {MAX_SIGNATURES} signatures, each a line of its own")
        return tuple(cls.parse(f"{line}\n") for line in lines)


class VerifierKey(NamedPublicKey):
    """A public key that checks notes (signature type 1)."""

    signature_type: ClassVar[int] = 0x01

    def verify(self, text: str, signature: Signature) -> bool:
        """Whether the signature says that it is by this key, and is, over this text."""
        return (
            (signature.name, signature.key_id) == (self.name, self.key_id)
            and len(signature.value) == SIGNATURE_BYTES
            and self.is_signed(text.encode(), signature.value)
        )


class SignerKey(NamedPrivateKey):
    """A private key that signs notes (signature type 1)."""

    signature_type: ClassVar[int] = 0x01

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.public)

    def sign(self, text: str) -> Signature:
        """The signature of a note's text, which ends in a newline."""
        return Signature(self.name, self.key_id, self.sign_bytes(text.encode()))


@dataclass(frozen=True, slots=True)
class Note:
    """A note whose signatures nobody has checked yet. `text` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _has_control_characters(self.text):
            raise NoteMalformed("a note's text ends in a newline, and has no other control characters")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise NoteMalformed(f"a note has 1 to {MAX_SIGNATURES} signatures")

    @classmethod
    def parse(cls, note: bytes | str) -> Note:
        """The note of these bytes; only its form is checked. Raises NoteMalformed."""
        try:
            data = note.encode() if isinstance(note, str) else note
            if len(data) > MAX_NOTE_BYTES:
                raise NoteMalformed(f"a note of more than {MAX_NOTE_BYTES} bytes is not taken")
            decoded = data.decode()
        except UnicodeError:
            raise NoteMalformed("a note is UTF-8") from None
        if _has_control_characters(decoded):
            raise NoteMalformed("a note has no control characters but newlines")
        text, blank, lines = decoded.rpartition("\n\n")
        if not blank:
            raise NoteMalformed("a note has a blank line before its signatures")
        return cls(f"{text}\n", Signature.parse_lines(lines))

    def encode(self) -> bytes:
        """The note as it is published."""
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}".encode()

    def with_signatures(self, added: Iterable[Signature]) -> Note:
        """The same note with more signatures; one that it has already is not repeated."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *added))))

    def signers(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """Those of the keys that signed this note, in the keys' order.

        Raises SignatureInvalid when a signature that says it is by one of them is not: the specification
        would rather have the whole note refused.
        """
        found = []
        for key in keys:
            own = [each for each in self.signatures if (each.name, each.key_id) == (key.name, key.key_id)]
            if not all(key.verify(self.text, each) for each in own):
                raise SignatureInvalid(key.name)
            if own:
                found.append(key)
        return found


class SignatureInvalid(ValueError):
    """A known key's signature of a note is not its signature of this text."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the signature of {name} is not good")
        self.name = name


def sign_note(text: str, *keys: SignerKey) -> Note:
    """A note with this text, signed by each of the keys. Raises NoteMalformed."""
    return Note(text, tuple(key.sign(text) for key in keys))


def _has_control_characters(text: str) -> bool:
    return any(each < " " for each in text.replace("\n", ""))
