"""A client's own key pair: made by the client, its public half handed in with the registration."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import ECKey

from identity.keys import ALGORITHM


def new_client_key() -> dict[str, Any]:
    """A new private key for ES256 as a JWK (RFC 7517), named by its thumbprint (RFC 7638). Keep it secret."""
    key = ECKey.generate_key("P-256")
    return {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}


def public_jwks(private_jwk: dict[str, Any]) -> dict[str, Any]:
    """The key set to register for a private key."""
    return {"keys": [{name: value for name, value in private_jwk.items() if name != "d"}]}
