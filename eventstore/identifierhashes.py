"""Numbers as the registry finds them: HMAC-SHA256(identifier key, scheme ‖ 00 ‖ number).

While the key is being changed there are two. Everybody then looks under both and enters a new number under
both, so that processes with either key, or both, find the same party and never make a second one: each hash
can be entered once only. A key's id is derived from it by HKDF-SHA256 with `info` `ebox/1/identifier-key-id`.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from domain.identifiers import Identifier
from eventstore.personal import KEY_BYTES, derive

ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class IdentifierHash:
    """A number's hash, and the id of the key it was made with."""

    key_id: bytes
    digest: bytes


class IdentifierHashes:
    """Hashes numbers: under the current key, and under the previous one while that is still in use."""

    def __init__(self, current: bytes, previous: Sequence[bytes] = ()) -> None:
        for key in (current, *previous):
            if len(key) != KEY_BYTES:
                raise ValueError("an identifier key is 32 bytes")
        self._keys = {_key_id(key): key for key in (current, *previous)}
        self.current_id = _key_id(current)

    @property
    def key_ids(self) -> Sequence[bytes]:
        """The ids of all keys at hand, the current one first."""
        return list(self._keys)

    def current(self, identifier: Identifier) -> bytes:
        """The number's hash under the current key."""
        return _digest(self._keys[self.current_id], identifier)

    def all_of(self, identifier: Identifier) -> list[IdentifierHash]:
        """The number's hash under each key, the current one first."""
        return [IdentifierHash(key_id, _digest(key, identifier)) for key_id, key in self._keys.items()]


def _digest(key: bytes, identifier: Identifier) -> bytes:
    named = identifier.scheme.value.encode() + b"\x00" + identifier.number.encode()
    return hmac.digest(key, named, "sha256")


def _key_id(key: bytes) -> bytes:
    return derive(key, "ebox/1/identifier-key-id", ID_BYTES)
