"""How a document lies in the object store: format 1, fixed for ever.

    header   = version (1 byte, 0x01) ‖ prefix (7 random bytes)
    object   = header ‖ segment 0 ‖ segment 1 ‖ … ‖ segment n-1
    segment  = AES-256-GCM ciphertext of 65,536 bytes of the document ‖ tag (16 bytes)
    nonce    = prefix ‖ segment number (4 bytes, big-endian) ‖ 0x01 for the last segment, else 0x00
    additional authenticated data of every segment = header

The last segment may be shorter; it is empty only if the document is. Every document has a random key of its
own, so a (key, nonce) pair cannot return. This is the STREAM construction (Hoang, Reyhanitabar, Rogaway,
Vizár, 2015): the number in the nonce reveals segments that were moved, the flag a document that was cut at
a segment's border, and the reader, who knows the document's size, asks for one byte more than there may be.
A segment can be read without those before it, so a range costs what it holds.

A key holds 2³² segments, 256 TiB. `tests/unit/storage/test_encryption_vectors.py` holds the test vectors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from io import BytesIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import DocumentCorrupt
from storage.port import ByteSource

KEY_LENGTH = 32
SEGMENT_LENGTH = 65_536
_VERSION = b"\x01"
_PREFIX_LENGTH = 7
_HEADER_LENGTH = len(_VERSION) + _PREFIX_LENGTH
_TAG_LENGTH = 16
_SEALED_LENGTH = SEGMENT_LENGTH + _TAG_LENGTH
_SEGMENTS_AT_ONCE = 4


def new_document_key() -> bytes:
    """A random key, for one document only."""
    return os.urandom(KEY_LENGTH)


def encrypted_length(size: int) -> int:
    """The length in bytes of the object that holds a document of `size` bytes."""
    return _HEADER_LENGTH + size + _TAG_LENGTH * _segment_count(size)


class EncryptingReader:
    """A file-like object that yields the encrypted form of `source`, `encrypted_length(size)` bytes of it."""

    def __init__(self, source: ByteSource, size: int, key: bytes, *, prefix: bytes | None = None) -> None:
        """`prefix` is given by the test vectors only; a repeated one under the same key breaks the cipher."""
        self._source = source
        self._cipher = _Segments(key, _VERSION + (prefix or os.urandom(_PREFIX_LENGTH)))
        self._left = size
        self._last = _segment_count(size) - 1
        self._next = 0
        self._ready = memoryview(self._cipher.header)

    def read(self, size: int, /) -> bytes:
        """Exactly `size` bytes, fewer at the end. Raises ValueError if the source ends too early."""
        # BytesIO hands its buffer over without copying it, which halves the memory of a 5 MiB part.
        gathered = BytesIO()
        while size and (self._ready or self._next <= self._last):
            if not self._ready:
                self._ready = memoryview(self._next_segment())
            taken = self._ready[:size]
            self._ready = self._ready[len(taken) :]
            gathered.write(taken)
            size -= len(taken)
        return gathered.getvalue()

    def _next_segment(self) -> bytes:
        plain = _read_exactly(self._source, min(self._left, SEGMENT_LENGTH))
        self._left -= len(plain)
        number, self._next = self._next, self._next + 1
        return self._cipher.seal(number, plain, last=number == self._last)


def decrypted_range(
    fetch: Callable[[int, int], bytes], key: bytes, size: int, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """The document's bytes from `start` up to `end` (excluded), in pieces of at most 256 KiB.

    `fetch(offset, length)` reads the object; it is called once for each piece, and once more for the header
    where the range does not begin near the start. `size` is the whole document's. Raises `DocumentCorrupt`
    before it yields a byte that is not the document's.
    """
    end = size if end is None else end
    if not 0 <= start <= end <= size:
        raise ValueError("not a range of the document")
    last = _segment_count(size) - 1
    first = min(start // SEGMENT_LENGTH, last)
    final = max(first, (end - 1) // SEGMENT_LENGTH)
    header = fetch(0, _HEADER_LENGTH) if first else b""
    for begin in range(first, final + 1, _SEGMENTS_AT_ONCE):
        stop = min(begin + _SEGMENTS_AT_ONCE, final + 1)
        offset = _HEADER_LENGTH + begin * _SEALED_LENGTH if begin else 0
        until = min(_HEADER_LENGTH + stop * _SEALED_LENGTH, encrypted_length(size))
        beyond = 1 if stop > last else 0
        sealed = memoryview(fetch(offset, until - offset + beyond))
        if len(sealed) != until - offset:
            raise DocumentCorrupt("the object is not as long as it was")
        if begin == 0:
            header, sealed = bytes(sealed[:_HEADER_LENGTH]), sealed[_HEADER_LENGTH:]
        cipher = _opened(key, header)
        plain = b"".join(
            cipher.open(number, sealed[at : at + _SEALED_LENGTH], last=number == last)
            for number, at in zip(range(begin, stop), range(0, len(sealed), _SEALED_LENGTH), strict=True)
        )
        origin = begin * SEGMENT_LENGTH
        if wanted := plain[max(start - origin, 0) : end - origin]:
            yield wanted


class _Segments:
    """Seals and opens the segments of one object."""

    def __init__(self, key: bytes, header: bytes) -> None:
        self.header = header
        self._prefix = header[len(_VERSION) :]
        self._cipher = AESGCM(key)

    def seal(self, number: int, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(number, last=last), plain, self.header)

    def open(self, number: int, sealed: memoryview, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(number, last=last), sealed, self.header)
        except InvalidTag:
            raise DocumentCorrupt("a segment is not what was encrypted") from None

    def _nonce(self, number: int, *, last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _opened(key: bytes, header: bytes) -> _Segments:
    if len(header) != _HEADER_LENGTH or not header.startswith(_VERSION):
        raise DocumentCorrupt("the object is not of a format we know")
    return _Segments(key, header)


def _segment_count(size: int) -> int:
    return max(1, -(-size // SEGMENT_LENGTH))


def _read_exactly(source: ByteSource, length: int) -> bytes:
    data = source.read(length)
    while len(data) < length:
        more = source.read(length - len(data))
        if not more:
            raise ValueError("the source ended before its stated size")
        data += more
    return data
