"""How a personal field lies in an event: encrypted under its owner's key, with a commitment beside it. Fixed
for ever.

In an event's stored JSON a personal field is an object (standard base64, with padding); where there is no
datum it is null:

    {"owner": "<party id>", "sealed": "<base64>", "commitment": "<base64>"}

**Plaintext**: the field's value as compact UTF-8 JSON, exactly as `msgspec.json.encode` writes it.

**Keys**: a party has 32 random bytes. From them HKDF-SHA256 (RFC 5869; no salt, 32 bytes out) derives one
key for each use, by `info`: `ebox/1/field`, `ebox/1/commitment`, `ebox/1/fingerprint`, `ebox/1/identifier`.

**Context**: where the field is, so that no ciphertext can be moved to another stream, version, event, field
or owner:

    01 ‖ stream id (16) ‖ version in the stream (8, big-endian) ‖ owner's party id (16)
       ‖ length of topic (2, big-endian) ‖ topic ‖ length of path (2, big-endian) ‖ path

`path` is the field's name in the event; inside other fields their names and list indexes come first, joined
by points: `attachments.0.document_key`.

**sealed** = 01 ‖ nonce (12, random) ‖ AES-256-GCM ciphertext and tag, under the field key, with the context
as associated data. A field key is good for 2^32 fields (NIST SP 800-38D, random nonces).

**commitment** = HMAC-SHA256(salt, plaintext) with salt = HMAC-SHA256(commitment key, context). Whoever is
shown one field's salt and plaintext can check it against the record; that reveals nothing about any other
field.

**Fingerprint** = HMAC-SHA256(fingerprint key, data), lower-case hex: says whether two requests are the same,
and nothing else.

The first byte of context and sealed is the version of all of this. Test vectors:
`tests/unit/eventstore/test_personal.py`.
"""

from __future__ import annotations

import hmac
import os
import struct
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12

_VERSION = bytes([FORMAT])
_pack_place = struct.Struct(">B16sQ16sH").pack
_pack_length = struct.Struct(">H").pack


class Altered(ValueError):
    """The ciphertext is not what was written here under this key. The text never holds data."""


def context(stream_id: UUID, version: int, owner: UUID, topic: str, path: str) -> bytes:
    """The place of one personal field, unambiguously: what its ciphertext and commitment are bound to."""
    name, field = topic.encode(), path.encode()
    place = _pack_place(FORMAT, stream_id.bytes, version, owner.bytes, len(name))
    return b"".join((place, name, _pack_length(len(field)), field))


def commitment(salt: bytes, plaintext: bytes) -> bytes:
    """The commitment to `plaintext`, for whoever was shown the salt."""
    return hmac.digest(salt, plaintext, "sha256")


def is_disclosure_of(recorded: bytes, salt: bytes, plaintext: bytes) -> bool:
    """Whether a disclosed salt and plaintext are what was committed to. Needs no key."""
    return hmac.compare_digest(recorded, commitment(salt, plaintext))


def derive(key: bytes, info: str, length: int = KEY_BYTES) -> bytes:
    """HKDF-SHA256 without salt: the key for one use of a random 32-byte key."""
    return HKDF(SHA256(), length, salt=None, info=info.encode()).derive(key)


def encrypt(cipher: AESGCM, plaintext: bytes, associated: bytes) -> bytes:
    """01 ‖ nonce ‖ ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return _VERSION + nonce + cipher.encrypt(nonce, plaintext, associated)


def decrypt(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext; `Altered` if a bit of it, its place or its key is another."""
    if sealed[:1] != _VERSION:
        raise Altered("unknown format of ciphertext")
    try:
        return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], associated)
    except (InvalidTag, ValueError):
        raise Altered("the ciphertext does not belong here or was altered") from None


class PartyKey:
    """One party's keys, each derived for its one use. Never leaves the process, never shows itself."""

    __slots__ = ("_commitment", "_field", "_fingerprint", "_identifier")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a party's key is 32 bytes")
        self._field = AESGCM(derive(key, "ebox/1/field"))
        self._commitment = derive(key, "ebox/1/commitment")
        self._fingerprint = derive(key, "ebox/1/fingerprint")
        self._identifier = AESGCM(derive(key, "ebox/1/identifier"))

    def __repr__(self) -> str:
        return "PartyKey(…)"

    def seal(self, place: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
        """The ciphertext of the field at this place (see `context`) and the commitment to it."""
        return encrypt(self._field, plaintext, place), commitment(self.salt(place), plaintext)

    def unseal(self, place: bytes, sealed: bytes) -> bytes:
        """The plaintext of the field at this place; `Altered` if it is not that field's."""
        return decrypt(self._field, sealed, place)

    def salt(self, place: bytes) -> bytes:
        """What to reveal, with the plaintext, to disclose the one field at this place."""
        return hmac.digest(self._commitment, place, "sha256")

    def fingerprint(self, data: bytes) -> str:
        """An HMAC of `data` as lower-case hex, comparable only among this party's own."""
        return hmac.digest(self._fingerprint, data, "sha256").hex()

    def seal_identifier(self, plaintext: bytes, associated: bytes) -> bytes:
        """The party's own number, for the registry."""
        return encrypt(self._identifier, plaintext, associated)

    def unseal_identifier(self, sealed: bytes, associated: bytes) -> bytes:
        """The party's own number, from the registry; `Altered` if it is not that."""
        return decrypt(self._identifier, sealed, associated)
