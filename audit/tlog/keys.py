"""How Ed25519 keys of signed notes are written (C2SP `signed-note`): a name, an id, and the key after its
type byte.

The id is the beginning of a hash over all of it, so one key under two names, or of two signature types, has
two ids.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.tlog.encoding import decode_base64, encode_base64

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MAX_KEY_TEXT: Final = 1000
PRIVATE_PREFIX: Final = "PRIVATE+KEY+"

_KEY_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)


class KeyMalformed(ValueError):
    """The text is not a key of the expected type; says why, and nothing of the text."""


def is_key_name(name: str) -> bool:
    """Whether this may name a key: UTF-8 without spaces of any script, plus signs and control characters."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return bool(name) and not any(each.isspace() or each == "+" or each < " " for each in name)


class NamedPublicKey:
    """A public key under a name. Subclasses say of which signature type."""

    signature_type: ClassVar[int]

    def __init__(self, name: str, public: bytes) -> None:
        """`public`: 32 bytes as RFC 8032 writes them. Raises KeyMalformed."""
        if not is_key_name(name):
            raise KeyMalformed("no key can have this name")
        if len(public) != KEY_BYTES:
            raise KeyMalformed(f"an Ed25519 key is {KEY_BYTES} bytes, not {len(public)}")
        self.name = name
        self.public = public
        typed = bytes([self.signature_type]) + public
        self.key_id = sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.text = f"{name}+{self.key_id.hex()}+{encode_base64(typed)}"
        self._ed25519 = Ed25519PublicKey.from_public_bytes(public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of a verifier key's text (`name+id+base64`). Raises KeyMalformed."""
        name, key_id, public = _parse_key(text, cls.signature_type)
        key = cls(name, public)
        if key.key_id != key_id:
            raise KeyMalformed("the key's id is not that of this name and key")
        return key

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the 64 bytes are this key's Ed25519 signature of exactly these bytes."""
        try:
            self._ed25519.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NamedPublicKey) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


class NamedPrivateKey:
    """A private key under a name; what represents it as text never shows the secret."""

    signature_type: ClassVar[int]

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed`: the 32 secret bytes of RFC 8032. Raises KeyMalformed."""
        if not is_key_name(name):
            raise KeyMalformed("no key can have this name")
        if len(seed) != KEY_BYTES:
            raise KeyMalformed(f"an Ed25519 key is {KEY_BYTES} bytes, not {len(seed)}")
        self.name = name
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._ed25519.public_key().public_bytes_raw()
        typed = bytes([self.signature_type]) + self.public
        self.key_id = sha256(name.encode() + b"\n" + typed).digest()[:4]

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key. Raises KeyMalformed for a name that no key can have."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key of `text`, as `.text` writes it. Raises KeyMalformed."""
        if not text.startswith(PRIVATE_PREFIX):
            raise KeyMalformed("the text of a private key begins with PRIVATE+KEY+")
        name, key_id, seed = _parse_key(text.removeprefix(PRIVATE_PREFIX), cls.signature_type)
        key = cls(name, seed)
        if key.key_id != key_id:
            raise KeyMalformed("the key's id is not that of this name and key")
        return key

    @property
    def text(self) -> str:
        """The key with its secret, to be stored where only its owner reads."""
        typed = bytes([self.signature_type]) + self._ed25519.private_bytes_raw()
        return f"{PRIVATE_PREFIX}{self.name}+{self.key_id.hex()}+{encode_base64(typed)}"

    def sign_bytes(self, message: bytes) -> bytes:
        """The 64 bytes of this key's Ed25519 signature."""
        return self._ed25519.sign(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.key_id.hex()})"


def _parse_key(text: str, signature_type: int) -> tuple[str, bytes, bytes]:
    if len(text) > MAX_KEY_TEXT or text.count("+") < 2:
        raise KeyMalformed("the text of a key has a name, an id and base64, with plus signs between")
    name, key_id, encoded = text.split("+", 2)
    if not _KEY_ID.fullmatch(key_id):
        raise KeyMalformed("a key's id is eight hexadecimal digits")
    try:
        typed = decode_base64(encoded)
    except ValueError as error:
        raise KeyMalformed(f"the key is {error}") from None
    if typed[:1] != bytes([signature_type]):
        raise KeyMalformed(f"the key is not of signature type {signature_type}")
    return name, bytes.fromhex(key_id), typed[1:]
