"""The personal field's byte format: the vectors that hold for ever, and what must not work."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from eventstore.personal import Altered, PartyKey, context, decrypt, derive, is_disclosure_of

KEY = bytes(range(32))
STREAM = UUID("0190a000-0000-7000-8000-000000000001")
OWNER = UUID("11111111-2222-4333-8444-555555555555")
PLAINTEXT = b'{"nl":"Aanslagbiljet"}'
PLACE = context(STREAM, 7, OWNER, "message.published", "attachments.0.title")

VECTORS = {
    "context": (
        "010190a0000000700080000000000000010000000000000007111111112222433384445555555555"
        "5500116d6573736167652e7075626c697368656400136174746163686d656e74732e302e7469746c"
        "65"
    ),
    "field key": "ae5ade636ed10ca0622eabde9f125089f3b5fddb38f4f2274e99704a112be30a",
    "commitment key": "449879134cf9ac69db775cafaaff353b2be4616f17f118dfc7832ab51f32c4bc",
    "fingerprint key": "a3990962629319da0b017eb9e92763b57a8e32d8a7170fb9c7a204cf40a99c6e",
    "identifier key": "d16ba85f8caed9f0a2503f18c5113eede45ba56fc64ff5b19f69798908581ff6",
    "salt": "7600ed54544aa40cd3f29ca4b7284ab736f9a90a953f45fb3935e02dbe709f7d",
    "commitment": "f64db9794ff28ae27d65a3007652de31ab99596ee97212f8d157a3064150eef7",
    "sealed": (
        "01242424242424242424242424bfe45c2290dc5f863848c38676fdcc7dd56e43be64d9f985a190c2"
        "656fdc4edb59506f2da2f8"
    ),
    "fingerprint": "3d3f21cae4cef801fb098a5e0a578f4ae949c921a7d8b75552426ec4d25d0255",
}
"""Party key 00…1f; nonce of `sealed`: twelve times 24. Hexadecimal. Never to be changed."""


def test_the_context_of_a_field_is_this_for_ever() -> None:
    assert PLACE.hex() == VECTORS["context"]


@pytest.mark.parametrize("use", ["field", "commitment", "fingerprint", "identifier"])
def test_each_use_has_this_key_for_ever(use: str) -> None:
    assert derive(KEY, f"ebox/1/{use}").hex() == VECTORS[f"{use} key"]


def test_what_was_sealed_long_ago_still_opens() -> None:
    assert PartyKey(KEY).unseal(PLACE, bytes.fromhex(VECTORS["sealed"])) == PLAINTEXT


def test_the_sealed_bytes_are_plain_aes_gcm_that_any_library_opens() -> None:
    sealed = bytes.fromhex(VECTORS["sealed"])
    cipher = AESGCM(bytes.fromhex(VECTORS["field key"]))
    assert sealed[0] == 1
    assert cipher.decrypt(sealed[1:13], sealed[13:], PLACE) == PLAINTEXT


def test_the_commitment_to_a_field_is_this_for_ever() -> None:
    key = PartyKey(KEY)
    assert key.salt(PLACE).hex() == VECTORS["salt"]
    assert key.seal(PLACE, PLAINTEXT)[1].hex() == VECTORS["commitment"]


def test_the_fingerprint_of_a_request_is_this_for_ever() -> None:
    assert PartyKey(KEY).fingerprint(b"request") == VECTORS["fingerprint"]


def test_one_field_can_be_disclosed_and_checked_without_a_key() -> None:
    key = PartyKey(KEY)
    _, committed = key.seal(PLACE, PLAINTEXT)
    salt = key.salt(PLACE)
    assert is_disclosure_of(committed, salt, PLAINTEXT)
    assert not is_disclosure_of(committed, salt, b'{"nl":"Iets anders"}')


def test_a_disclosed_salt_says_nothing_about_another_field_of_the_same_event() -> None:
    key = PartyKey(KEY)
    elsewhere = context(STREAM, 7, OWNER, "message.published", "subject")
    _, committed = key.seal(elsewhere, PLAINTEXT)
    assert not is_disclosure_of(committed, key.salt(PLACE), PLAINTEXT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        context(UUID(int=STREAM.int + 1), 7, OWNER, "message.published", "attachments.0.title"),
        context(STREAM, 8, OWNER, "message.published", "attachments.0.title"),
        context(STREAM, 7, UUID(int=OWNER.int + 1), "message.published", "attachments.0.title"),
        context(STREAM, 7, OWNER, "message.publishes", "attachments.0.title"),
        context(STREAM, 7, OWNER, "message.published", "attachments.1.title"),
    ],
    ids=["stream", "version", "owner", "topic", "path"],
)
def test_a_ciphertext_moved_to_another_place_does_not_open(elsewhere: bytes) -> None:
    key = PartyKey(KEY)
    sealed, _ = key.seal(PLACE, PLAINTEXT)
    with pytest.raises(Altered):
        key.unseal(elsewhere, sealed)


def test_another_party_cannot_open_it() -> None:
    sealed, _ = PartyKey(KEY).seal(PLACE, PLAINTEXT)
    with pytest.raises(Altered):
        PartyKey(bytes(32)).unseal(PLACE, sealed)


@given(bit=st.integers(0, 8 * 51 - 1))
def test_no_bit_of_a_ciphertext_can_change(bit: int) -> None:
    key = PartyKey(KEY)
    sealed = bytearray(key.seal(PLACE, PLAINTEXT)[0])
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Altered):
        key.unseal(PLACE, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(60)])
def test_what_is_no_ciphertext_is_refused(sealed: bytes) -> None:
    with pytest.raises(Altered):
        decrypt(AESGCM(KEY), sealed, b"")


@given(
    st.tuples(st.text(max_size=20), st.text(max_size=20)),
    st.tuples(st.text(max_size=20), st.text(max_size=20)),
)
def test_two_places_never_look_the_same(one: tuple[str, str], other: tuple[str, str]) -> None:
    places = {context(STREAM, 1, OWNER, *one), context(STREAM, 1, OWNER, *other)}
    assert len(places) == len({one, other})


def test_the_same_plaintext_never_gives_the_same_ciphertext() -> None:
    key = PartyKey(KEY)
    assert key.seal(PLACE, PLAINTEXT)[0] != key.seal(PLACE, PLAINTEXT)[0]


def test_a_key_does_not_show_itself() -> None:
    assert repr(PartyKey(KEY)) == "PartyKey(…)"
