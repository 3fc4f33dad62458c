"""The promises that senders are given, signed with keys from the key store's database."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence

from joserfc.jwk import OKPKey

from audit.tlog.notes import SignerKey, VerifierKey
from domain.errors import Retryable
from identity.promise_keys import PromiseKeys
from identity.stored_keys import RELOAD_SECONDS
from threads import BoundedThreads


class StoredPromiseKeys:
    """Implements `audit.promises.PromiseKeySource`; a copy of the key that signs is at hand.

    While the database does not answer, the key of before goes on signing.
    """

    def __init__(self, name: str, keys: PromiseKeys, threads: BoundedThreads) -> None:
        self._name = name
        self._keys = keys
        self._threads = threads
        self._signer: SignerKey | None = None
        self._looked_at = 0.0

    async def current(self) -> SignerKey:
        """The key that signs now. Raises `Retryable`."""
        now = time.monotonic()
        if self._signer is None or now - self._looked_at >= RELOAD_SECONDS:
            try:
                self._signer = SignerKey(self._name, _bytes(await self._threads.run(self._keys.active), "d"))
            except Retryable:
                if self._signer is None:
                    raise
            self._looked_at = now
        return self._signer

    async def published(self) -> Sequence[VerifierKey]:
        """Every published key, that which signs now first. Raises `Retryable`."""
        return await self._threads.run(self._published)

    def _published(self) -> list[VerifierKey]:
        active = self._keys.active().thumbprint()
        listed = sorted(self._keys.jwks()["keys"], key=lambda one: one["kid"] != active)
        return [VerifierKey(self._name, _decoded(one["x"])) for one in listed]


def _bytes(key: OKPKey, name: str) -> bytes:
    return _decoded(str(key.as_dict(private=True)[name]))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")
