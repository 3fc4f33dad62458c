"""Parties' keys lie wrapped, each for its own party, and the wrapping key can be changed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.errors import Unavailable
from eventstore.errors import EventStoreError, KeyMissing
from eventstore.keys import KeyEncryption, KeyRing
from eventstore.keystore import KeyStoreDatabase
from tests.logbook import KEY_ENCRYPTION_KEY, know

PARTY = UUID("11111111-2222-4333-8444-555555555555")
KEY = bytes(range(64, 96))
WRAPPED = bytes.fromhex(
    "01fb73a28ac46cd95901242424242424242424242424fb37fe7de8b48d3ecfd6719206e8ede66ba7"
    "6e95f9ebc6e9ec1c4fc872c347cc0cbd291829fdc63a38853639a85a53f1"
)


def test_a_key_that_was_wrapped_long_ago_still_unwraps() -> None:
    assert KeyEncryption(KEY_ENCRYPTION_KEY).unwrap(PARTY, WRAPPED) == KEY


def test_a_wrapped_key_shows_nothing_of_the_key() -> None:
    wrapped = KeyEncryption(KEY_ENCRYPTION_KEY).wrap(PARTY, KEY)
    assert KEY not in wrapped
    assert len(wrapped) == 1 + 8 + 1 + 12 + 32 + 16


def test_a_wrapped_key_is_of_no_use_to_another_party() -> None:
    encryption = KeyEncryption(KEY_ENCRYPTION_KEY)
    with pytest.raises(EventStoreError, match="altered"):
        encryption.unwrap(uuid4(), encryption.wrap(PARTY, KEY))


def test_after_a_change_of_the_wrapping_key_the_old_one_still_unwraps() -> None:
    old, new = KeyEncryption(bytes(32)), KeyEncryption(KEY_ENCRYPTION_KEY, retired=[bytes(32)])
    assert new.unwrap(PARTY, old.wrap(PARTY, KEY)) == KEY
    assert new.unwrap(PARTY, new.wrap(PARTY, KEY)) == KEY
    assert KeyEncryption(KEY_ENCRYPTION_KEY).unwrap(PARTY, new.wrap(PARTY, KEY)) == KEY


def test_a_wrapping_key_that_is_not_at_hand_is_named_as_the_trouble() -> None:
    with pytest.raises(EventStoreError, match="not configured"):
        KeyEncryption(bytes(32)).unwrap(PARTY, WRAPPED)


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(33)])
def test_a_wrapping_key_is_32_bytes(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyEncryption(key)


def test_an_unknown_party_has_no_key_and_no_fingerprint(keys: KeyRing) -> None:
    party = uuid4()
    assert keys.key_of(party) is None
    with pytest.raises(KeyMissing):
        keys.fingerprint(party, b"request")


def test_a_key_that_comes_later_is_found(keys: KeyRing) -> None:
    party = uuid4()
    assert keys.key_of(party) is None
    know(keys, party)
    assert keys.key_of(party) is not None


def test_fingerprints_of_two_parties_cannot_be_compared(keys: KeyRing) -> None:
    one, other = know(keys, uuid4()), know(keys, uuid4())
    assert keys.fingerprint(one, b"request") == keys.fingerprint(one, b"request")
    assert keys.fingerprint(one, b"request") != keys.fingerprint(other, b"request")


def test_a_key_store_that_does_not_answer_is_not_taken_for_an_erasure(tmp_path: Path) -> None:
    database = KeyStoreDatabase(f"sqlite:///{tmp_path}/no/such/folder/keys.sqlite")
    with pytest.raises(Unavailable):
        KeyRing(database, KeyEncryption(KEY_ENCRYPTION_KEY)).key_of(uuid4())
    database.close()
