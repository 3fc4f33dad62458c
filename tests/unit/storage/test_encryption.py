"""A document comes back as it was, in whole or in part, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.encryption import (
    SEGMENT_LENGTH,
    EncryptingReader,
    decrypted_range,
    encrypted_length,
    new_document_key,
)
from storage.errors import DocumentCorrupt
from tests.noise import noise

KEY = bytes(range(32))
HEADER = 8
SEALED = SEGMENT_LENGTH + 16
THREE_SEGMENTS = noise(2 * SEGMENT_LENGTH + 100, 3)
SIZES = st.one_of(
    st.sampled_from([0, 1, SEGMENT_LENGTH - 1, SEGMENT_LENGTH, SEGMENT_LENGTH + 1, 2 * SEGMENT_LENGTH]),
    st.integers(0, 20 * SEGMENT_LENGTH),
)


def encrypt(document: bytes, key: bytes = KEY) -> bytes:
    return EncryptingReader(BytesIO(document), len(document), key).read(encrypted_length(len(document)) + 1)


def fetching(stored: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, length: stored[offset : offset + length]


def decrypt(stored: bytes, size: int, start: int = 0, end: int | None = None, key: bytes = KEY) -> bytes:
    return b"".join(decrypted_range(fetching(stored), key, size, start, end))


@settings(deadline=None)
@given(size=SIZES, data=st.data())
def test_any_range_of_any_document_is_its_slice(size: int, data: st.DataObject) -> None:
    document = noise(size, size)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    stored = encrypt(document)
    assert decrypt(stored, size, start, end) == document[start:end]
    assert decrypt(stored, size) == document


@settings(deadline=None)
@given(size=SIZES, steps=st.lists(st.integers(1, 3 * SEGMENT_LENGTH), min_size=1, max_size=5))
def test_the_length_is_known_beforehand_however_it_is_read(size: int, steps: list[int]) -> None:
    document = noise(size, size)
    reader = EncryptingReader(BytesIO(document), size, KEY)
    pieces: list[bytes] = []
    while piece := reader.read(steps[len(pieces) % len(steps)]):
        pieces.append(piece)
    stored = b"".join(pieces)
    assert len(stored) == encrypted_length(size)
    assert decrypt(stored, size) == document


def test_a_range_fetches_little_more_than_itself() -> None:
    document = noise(100 * SEGMENT_LENGTH, 0)
    stored = encrypt(document)
    fetched = []

    def fetch(offset: int, length: int) -> bytes:
        fetched.append(length)
        return stored[offset : offset + length]

    start = 50 * SEGMENT_LENGTH + 7
    assert (
        b"".join(decrypted_range(fetch, KEY, len(document), start, start + 10))
        == document[start : start + 10]
    )
    assert fetched == [HEADER, SEALED]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2), (0, 11), (11, 11)])
def test_what_is_not_a_range_of_the_document_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        decrypt(encrypt(b"0123456789"), 10, start, end)


def test_no_document_shows_in_its_encrypted_form() -> None:
    assert b"citizen" not in encrypt(b"citizen" * 1000)
    assert encrypt(b"the same") != encrypt(b"the same")
    assert new_document_key() != new_document_key()


@settings(deadline=None)
@given(position=st.integers(0, encrypted_length(len(THREE_SEGMENTS)) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(position: int, bit: int) -> None:
    stored = bytearray(encrypt(THREE_SEGMENTS))
    stored[position] ^= 1 << bit
    with pytest.raises(DocumentCorrupt):
        decrypt(bytes(stored), len(THREE_SEGMENTS))


@settings(deadline=None)
@given(length=st.integers(0, encrypted_length(len(THREE_SEGMENTS)) - 1))
def test_a_truncated_object_is_noticed(length: int) -> None:
    with pytest.raises(DocumentCorrupt):
        decrypt(encrypt(THREE_SEGMENTS)[:length], len(THREE_SEGMENTS))


@pytest.mark.parametrize("segments", [1, 2])
def test_an_object_cut_at_a_segments_border_is_not_a_shorter_document(segments: int) -> None:
    stored = encrypt(THREE_SEGMENTS)[: HEADER + segments * SEALED]
    with pytest.raises(DocumentCorrupt):
        decrypt(stored, segments * SEGMENT_LENGTH)


@pytest.mark.parametrize("size", [0, 10, SEGMENT_LENGTH, 3 * SEGMENT_LENGTH])
def test_appended_bytes_are_noticed(size: int) -> None:
    with pytest.raises(DocumentCorrupt):
        decrypt(encrypt(bytes(size)) + b"x", size)


def test_swapped_segments_are_noticed() -> None:
    stored = encrypt(THREE_SEGMENTS)
    first, second = stored[HEADER : HEADER + SEALED], stored[HEADER + SEALED : HEADER + 2 * SEALED]
    swapped = stored[:HEADER] + second + first + stored[HEADER + 2 * SEALED :]
    with pytest.raises(DocumentCorrupt):
        decrypt(swapped, len(THREE_SEGMENTS))


def test_a_segment_of_another_document_is_noticed() -> None:
    ours, other = encrypt(THREE_SEGMENTS), encrypt(THREE_SEGMENTS)
    mixed = ours[: HEADER + SEALED] + other[HEADER + SEALED :]
    with pytest.raises(DocumentCorrupt):
        decrypt(mixed, len(THREE_SEGMENTS))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(DocumentCorrupt):
        decrypt(encrypt(b"a letter"), 8, key=bytes(32))


def test_an_unknown_version_is_not_guessed_at() -> None:
    stored = b"\x02" + encrypt(b"a letter")[1:]
    with pytest.raises(DocumentCorrupt, match="format"):
        decrypt(stored, 8)


def test_a_source_shorter_than_stated_is_not_padded() -> None:
    with pytest.raises(ValueError, match="ended before"):
        EncryptingReader(BytesIO(b"short"), 10, KEY).read(1000)
