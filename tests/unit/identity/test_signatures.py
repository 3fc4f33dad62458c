"""Which algorithms and keys may prove anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from identity.authorization_server import code_challenge
from identity.client_authentication import ALGORITHMS
from identity.signatures import BadToken, key_set, read_header, seconds, verified_claims

CLAIMS = {"hello": "world"}


def signed(alg: str, key: Any) -> str:
    """A token by that key."""
    return jws.serialize_compact({"alg": alg}, json.dumps(CLAIMS), key, algorithms=[alg])


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("ES256", ECKey.generate_key("P-256")),
        ("ES384", ECKey.generate_key("P-384")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
        ("PS256", RSAKey.generate_key(2048)),
        ("RS256", RSAKey.generate_key(2048)),
    ],
)
def test_clients_may_sign_with_each_listed_algorithm(alg: str, key: Any) -> None:
    (public,) = key_set({"keys": [key.as_dict(private=False)]}).values()
    assert verified_claims(signed(alg, key), public, ALGORITHMS) == CLAIMS


def test_a_key_of_another_type_than_the_algorithms_is_refused() -> None:
    token = signed("ES256", ECKey.generate_key("P-256"))
    with pytest.raises(BadToken):
        verified_claims(token, RSAKey.generate_key(2048), ALGORITHMS)


def test_a_key_promised_to_one_algorithm_does_not_serve_another() -> None:
    key = RSAKey.generate_key(2048)
    promised = RSAKey.import_key(key.as_dict(private=False), {"alg": "PS256"})
    with pytest.raises(BadToken):
        verified_claims(signed("RS256", key), promised, ALGORITHMS)


def test_a_shared_secret_and_a_key_for_encryption_are_no_keys_to_us() -> None:
    curve = ECKey.generate_key("P-256")
    secret = OctKey.generate_key(256).as_dict(private=True)
    assert key_set({"keys": [secret, {**curve.as_dict(private=False), "use": "enc"}]}) == {}


def test_a_weak_rsa_key_is_no_key_to_us() -> None:
    # A modulus of 1024 bits.
    weak = {"kty": "RSA", "n": "w" + "A" * 169 + "Q", "e": "AQAB", "kid": "weak"}
    with pytest.warns(SecurityWarning):
        assert key_set({"keys": [weak]}) == {}


@pytest.mark.parametrize("claims", [b"[]", b"not json", b"[" * 5000, b'"text"'])
def test_claims_that_are_no_object_are_refused(claims: bytes) -> None:
    key = ECKey.generate_key("P-256")
    token = jws.serialize_compact({"alg": "ES256"}, claims, key)
    with pytest.raises(BadToken):
        verified_claims(token, key, ALGORITHMS)


@pytest.mark.parametrize("value", [None, "1", True, float("nan"), float("inf"), 10**400, [1]])
def test_what_is_no_moment_is_none(value: Any) -> None:
    assert seconds({"exp": value}, "exp") is None


def test_a_refusal_never_quotes_the_token() -> None:
    with pytest.raises(BadToken) as refusal:
        read_header("eyJhbGciOiJFUzI1NiJ9.secret")
    assert "secret" not in str(refusal.value)


def test_the_challenge_is_that_of_rfc_7636() -> None:
    # RFC 7636 appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
