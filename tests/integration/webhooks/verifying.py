"""Looks at a signature as a receiver might that uses none of our code: RFC 9421 §2.5 and §3.2, by hand."""

from __future__ import annotations

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.integration.webhooks.receiver import Received
from webhooks.signing import SigningKey

KEY = SigningKey("the-key", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def verified(request: Received, public: Ed25519PublicKey | None = None) -> dict[str, str]:
    """The parameters of the signature. Fails where it is not ours, or does not cover what it should."""
    parameters = re.fullmatch(r"ebox=(\((.*?)\);(.*))", request.headers["signature-input"])
    assert parameters is not None
    whole, covered, rest = parameters.groups()
    assert covered == '"@method" "@target-uri" "content-digest" "content-type"'
    digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    assert request.headers["content-digest"] == f"sha-256=:{digest}:"
    base = "\n".join(
        (
            f'"@method": {request.method}',
            f'"@target-uri": {request.url}',
            f'"content-digest": {request.headers["content-digest"]}',
            f'"content-type": {request.headers["content-type"]}',
            f'"@signature-params": {whole}',
        )
    )
    signature = re.fullmatch(r"ebox=:(.+):", request.headers["signature"])
    assert signature is not None
    key = public or KEY.private.public_key()
    try:
        key.verify(base64.b64decode(signature[1]), base.encode())
    except InvalidSignature:
        raise AssertionError("the signature is not ours") from None
    return dict(one.split("=", 1) for one in rest.split(";"))
