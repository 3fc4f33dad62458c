"""The keys that sign what webhooks are told: Ed25519, published for receivers, kept like those of tokens."""

from __future__ import annotations

from typing import Any, Final

from joserfc.jwk import OKPKey

from identity.stored_keys import StoredKeys
from identity.tables import webhook_keys

DIRECTORY_PATH: Final = "/.well-known/http-message-signatures-directory"
"""Where the key set is: the place that the HTTP Message Signatures directory (an IETF draft) proposes."""
DIRECTORY_TYPE: Final = "application/http-message-signatures-directory+json"

LEARNING_SECONDS = 60 * 60
"""From a new key's publication to its first signature: receivers may keep the key set for a few minutes."""
OUTLIVED_SECONDS = 48 * 3600
"""From the old key's last signature to its withdrawal: a receiver may look at what it took in a day later."""


class WebhookKeys(StoredKeys[OKPKey]):
    """The keys that sign what webhooks are told."""

    table = webhook_keys
    algorithm = "EdDSA"
    associated = b"webhook signing key "
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
