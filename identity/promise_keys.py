"""The keys that sign promises: Ed25519, published for senders, kept like those of tokens."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import OKPKey

from identity.stored_keys import StoredKeys
from identity.tables import promise_keys

LEARNING_SECONDS = 60 * 60
"""From a new key's publication to its first signature: senders may keep the list for a few minutes."""
OUTLIVED_SECONDS = 11 * 366 * 24 * 3600
"""From the old key's last signature to its withdrawal: a promise is of use for as long as an access record is
kept, ten full calendar years.
"""


class PromiseKeys(StoredKeys[OKPKey]):
    """The keys that sign the promise in the answer to a publication."""

    table = promise_keys
    algorithm = "EdDSA"
    associated = b"promise signing key "
    learning_seconds = LEARNING_SECONDS
    outlived_seconds = OUTLIVED_SECONDS

    @staticmethod
    def generate() -> OKPKey:
        """A new key."""
        return OKPKey.generate_key("Ed25519")

    @staticmethod
    def read(private: dict[str, Any], kid: str) -> OKPKey:
        """The key of this private JWK."""
        return OKPKey.import_key(private, {"kid": kid})
