"""Format 1 of an encrypted document, fixed for ever: documents stored today are read by every later release.

Never change an expected value here; a new format gets a new version byte and vectors of its own.
"""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.encryption import EncryptingReader, decrypted_range, encrypted_length

KEY = bytes.fromhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
PREFIX = bytes.fromhex("a0a1a2a3a4a5a6")

WHOLE = {
    b"": "01a0a1a2a3a4a5a6847911f7ee0e4a24c306b8aba51e4a4b",
    b"eBox": "01a0a1a2a3a4a5a612232666bcc16983db062098434da052ae92f5a4",
}
"""Documents and their encrypted form in hexadecimal."""

DIGESTS = {
    65_535: "412f11fad8590434d227600658ff0af9fdb61a5c334ede9be1e55e83d30e264b",
    65_536: "415809997feebd3dcb346284fc49eda338021f20b25b88fa5446a1dbaa865e01",
    65_537: "d3352c1d9f14dc68b956721ae8a2e30af0e05b5a0dd435f6262b2eb0ccf51bd4",
    200_000: "3f695fc621b7ef959b5259d8004f20d4ffea4f277e1e8bb8f28306c708c94747",
}
"""Sizes of documents that count 0, 1, … 250, 0, 1, … and the SHA-256 of their encrypted form."""


def counting(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def encrypted(document: bytes) -> bytes:
    return EncryptingReader(BytesIO(document), len(document), KEY, prefix=PREFIX).read(10**9)


@pytest.mark.parametrize("document", list(WHOLE))
def test_short_documents_are_encrypted_as_they_ever_were(document: bytes) -> None:
    assert encrypted(document).hex() == WHOLE[document]


@pytest.mark.parametrize("size", list(DIGESTS))
def test_longer_documents_are_encrypted_as_they_ever_were(size: int) -> None:
    assert hashlib.sha256(encrypted(counting(size))).hexdigest() == DIGESTS[size]


@pytest.mark.parametrize("document", list(WHOLE))
def test_what_was_ever_encrypted_can_be_read(document: bytes) -> None:
    stored = bytes.fromhex(WHOLE[document])
    read = b"".join(
        decrypted_range(lambda offset, length: stored[offset : offset + length], KEY, len(document))
    )
    assert read == document


def test_the_format_is_the_one_written_down() -> None:
    document = counting(65_536 + 10)
    header = b"\x01" + PREFIX
    cipher = AESGCM(KEY)
    expected = (
        header
        + cipher.encrypt(PREFIX + b"\0\0\0\0" + b"\0", document[:65_536], header)
        + cipher.encrypt(PREFIX + b"\0\0\0\1" + b"\1", document[65_536:], header)
    )
    assert encrypted(document) == expected
    assert encrypted_length(len(document)) == len(expected) == 8 + 65_546 + 2 * 16
