"""The signing keys when the key-encryption key changes: tokens stay good."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from domain.clock import SystemClock
from identity.keys import SigningKeys, WrongKeyEncryptionKey

OLD, NEW = bytes([1] * 32), bytes([2] * 32)


def test_the_same_keys_sign_before_during_and_after_the_change(engine: Engine) -> None:
    clock = SystemClock()
    before = SigningKeys(engine, OLD, clock)
    signs = before.active().thumbprint()
    coming = before.rotate()

    during = SigningKeys(engine, NEW, clock, previous=OLD)
    assert during.active().thumbprint() == signs
    assert during.wrapped() == (0, 2)
    during.wrap_again()
    during.wrap_again()
    assert during.wrapped() == (2, 0)

    after = SigningKeys(engine, NEW, clock)
    assert after.active().thumbprint() == signs
    assert {key["kid"] for key in after.jwks()["keys"]} == {signs, coming}
    with pytest.raises(WrongKeyEncryptionKey):
        SigningKeys(engine, OLD, clock).active()


def test_a_process_that_knows_the_key_to_come_reads_what_it_wraps(engine: Engine) -> None:
    clock = SystemClock()
    made = SigningKeys(engine, NEW, clock).active().thumbprint()
    assert SigningKeys(engine, OLD, clock, previous=NEW).active().thumbprint() == made
