"""Signs what is posted: HTTP Message Signatures (RFC 9421), Ed25519, over the body by its digest (RFC 9530).

Covered are the method, the URL, the digest and the type of the content; so nobody can send our event
elsewhere, or change it. `created` and `nonce` let a receiver refuse what is old or came before.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

TAG: Final = "ebox-webhook"
"""What the signature is for (RFC 9421 §2.3): one made for another purpose is none of ours."""
LABEL: Final = "ebox"
COVERED: Final = ("@method", "@target-uri", "content-digest", "content-type")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and the name under which its public half is published."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """A POST as the signature sees it; signing adds to `headers`."""

    url: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"


class Signer:
    """Signs with the key that is active at that moment. `active` blocks, and may raise `Unavailable`."""

    def __init__(self, active: Callable[[], SigningKey]) -> None:
        self._active = active

    def sign(self, post: Post, at: datetime) -> None:
        """Add `Content-Digest`, `Signature-Input` and `Signature`."""
        key = self._active()
        signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_TheOne(key))
        signer.sign(
            post,
            key_id=key.key_id,
            created=at,
            nonce=secrets.token_urlsafe(16),
            tag=TAG,
            label=LABEL,
            covered_component_ids=COVERED,
            body=post.body,
        )


class _TheOne(HTTPSignatureKeyResolver):
    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        """The private key of that name."""
        if key_id != self._key.key_id:
            raise KeyError(key_id)
        return self._key.private
