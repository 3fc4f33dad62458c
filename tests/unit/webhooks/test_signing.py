"""Signatures as the standard has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from tests.integration.webhooks.receiver import Received
from tests.integration.webhooks.verifying import KEY, verified
from webhooks.signing import Post, Signer

RFC_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
URL = "https://receiver.example:8443/events?for=pensions"


@dataclass
class Request:
    """A request of the standard's."""

    method: str
    url: str
    headers: dict[str, str]


def signed(url: str = URL, body: bytes = b'{"specversion":"1.0"}') -> Post:
    """A post of ours."""
    post = Post(url, body, {"Content-Type": "application/cloudevents+json"})
    Signer(lambda: KEY).sign(post, AT)
    return post


def received(post: Post, **changed: object) -> Received:
    """The post as it arrives, or a changed one."""
    headers = {name.lower(): value for name, value in post.headers.items()}
    parts = {"method": post.method, "url": post.url, "headers": headers, "body": post.body, **changed}
    return Received(**parts)  # type: ignore[arg-type] # the parts of a request


def test_the_library_makes_the_example_of_rfc_9421_b_2_6() -> None:
    request = Request(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        {
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Length": "18",
        },
    )
    private = load_pem_private_key(RFC_KEY, None)
    assert isinstance(private, Ed25519PrivateKey)
    keys = MappingKeyResolver(public_keys={}, private_keys={"test-key-ed25519": private})
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys).sign(
        request,
        key_id="test-key-ed25519",
        created=datetime.fromtimestamp(1618884473, UTC),
        include_alg=False,
        label="sig-b26",
        covered_component_ids=("date", "@method", "@path", "@authority", "content-type", "content-length"),
    )
    assert request.headers["Signature"] == (
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )


def test_what_we_sign_is_verified_by_whoever_goes_by_the_standard() -> None:
    parameters = verified(received(signed()))
    assert parameters["created"] == str(int(AT.timestamp()))
    assert (parameters["keyid"], parameters["alg"]) == ('"the-key"', '"ed25519"')
    assert parameters["tag"] == '"ebox-webhook"'


def test_two_signatures_of_one_body_have_two_nonces() -> None:
    first, second = (verified(received(signed()))["nonce"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"url": "https://other.example/events"},
        {"url": URL + "&more=1"},
        {"body": b'{"specversion":"1.1"}'},
    ],
)
def test_nothing_of_it_can_be_changed(changed: dict[str, object]) -> None:
    with pytest.raises((AssertionError, InvalidSignature)):
        verified(received(signed(), **changed))


def test_the_private_key_is_in_no_text() -> None:
    assert "private" not in repr(KEY)
