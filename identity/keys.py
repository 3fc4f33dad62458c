"""The keys that sign access tokens. How keys are made, kept and changed: `identity.stored_keys`."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import ECKey

from identity.stored_keys import StoredKeys, WrongKeyEncryptionKey
from identity.tables import signing_keys

__all__ = ["ALGORITHM", "SigningKeys", "WrongKeyEncryptionKey"]

ALGORITHM = "ES256"
"""What our own tokens are signed with (RFC 7518 §3.4)."""

LEARNING_SECONDS = 15 * 60
"""From a new key's publication to its first signature: more than any cache of the JWKS."""
LAST_TOKEN_SECONDS = 10 * 60
"""From the old key's last signature to its withdrawal: more than the life of a token."""


class SigningKeys(StoredKeys[ECKey]):
    """The keys that sign access tokens."""

    table = signing_keys
    algorithm = ALGORITHM
    associated = b"identity signing key "
    learning_seconds = LEARNING_SECONDS
    outlived_seconds = LAST_TOKEN_SECONDS

    @staticmethod
    def generate() -> ECKey:
        """A new key."""
        return ECKey.generate_key("P-256")

    @staticmethod
    def read(private: dict[str, Any], kid: str) -> ECKey:
        """The key of this private JWK."""
        return ECKey.import_key(private, {"kid": kid})
