"""The parties' keys: each random, wrapped under a key-encryption key, unwrapped only in memory.

A wrapped key is 01 ‖ id of the key-encryption key (8) ‖ 01 ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag
(48); associated data is 01 ‖ that id ‖ party id (16). Id and wrapping key are derived from the
key-encryption key by HKDF-SHA256 with `info` `ebox/1/kek-id` and `ebox/1/wrap`. To rotate: make the new key
current, keep the old one among the retired, wrap again (`eventstore.wrappedkeys`).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventstore.cache import BoundedCache
from eventstore.closing import ClosedParties, Reads
from eventstore.errors import EventStoreError, KeyMissing
from eventstore.partytables import PARTY
from eventstore.personal import FORMAT, KEY_BYTES, Altered, PartyKey, decrypt, derive, encrypt

KEY_CACHE_SIZE = 20_000
KEY_CACHE_SECONDS = 60.0

_VERSION = bytes([FORMAT])
ID_BYTES = 8
_CHUNK = 500
_UNKNOWN: Final = object()


class KeyEncryption:
    """The key-encryption keys: the current one wraps, the retired ones still unwrap."""

    def __init__(self, current: bytes, retired: Sequence[bytes] = ()) -> None:
        for key in (current, *retired):
            if len(key) != KEY_BYTES:
                raise ValueError("a key-encryption key is 32 bytes")
        self._current = _key_id(current)
        self._ciphers = {_key_id(key): AESGCM(derive(key, "ebox/1/wrap")) for key in (*retired, current)}

    @property
    def key_ids(self) -> Sequence[bytes]:
        """The ids of all keys at hand, the current one first."""
        return [self._current, *(one for one in self._ciphers if one != self._current)]

    def new_key(self) -> bytes:
        """A fresh random key for a party."""
        return os.urandom(KEY_BYTES)

    def wrap(self, party_id: UUID, key: bytes) -> bytes:
        """The party's key as it may lie in the database."""
        head = _VERSION + self._current
        return head + encrypt(self._ciphers[self._current], key, head + party_id.bytes)

    def unwrap(self, party_id: UUID, wrapped: bytes) -> bytes:
        """The party's key; `EventStoreError` if it is another party's, altered, or under an unknown key."""
        head = wrapped[: 1 + ID_BYTES]
        cipher = self._ciphers.get(head[1:])
        if head[:1] != _VERSION or cipher is None:
            raise EventStoreError(
                f"the key of party {party_id} is wrapped under a key that is not configured"
            )
        try:
            return decrypt(cipher, wrapped[len(head) :], head + party_id.bytes)
        except Altered as error:
            raise EventStoreError(f"the wrapped key of party {party_id} was altered") from error


class KeyRing:
    """Keys by party, from the key store, kept in memory for a minute. Safe among threads.

    A party that an erasure has closed has none any more. Without `closed` nobody closes parties.
    """

    def __init__(
        self, database: Reads, key_encryption: KeyEncryption, closed: ClosedParties | None = None
    ) -> None:
        self._database = database
        self.key_encryption = key_encryption
        self._cache: BoundedCache[UUID, PartyKey | None] = BoundedCache(KEY_CACHE_SIZE)
        self._closed = closed
        if closed is not None:
            closed.on_closed(self.forget)

    def key_of(self, party_id: UUID) -> PartyKey | None:
        """The party's key, or None where it was destroyed or never was.

        Raises `domain.errors.Unavailable` when the key store does not answer: that is not an erasure.
        """
        if self._closed is not None and not self._closed.is_known:
            self._closed.look()
        if self._is_closed(party_id):
            return None
        cached = self._cache.get(party_id, _UNKNOWN)
        if cached is _UNKNOWN:
            self._fetch([party_id])
            cached = self._cache.get(party_id, None)
        return cached if isinstance(cached, PartyKey) else None

    def prefetch(self, party_ids: Iterable[UUID]) -> None:
        """Fetch all of these that are not in memory, 500 in one query: for a page of events."""
        if self._closed is not None:
            self._closed.look()
        self._fetch(party for party in set(party_ids) if not self.has(party))

    def unknown(self, party_ids: Iterable[UUID]) -> Collection[UUID]:
        """Those that `key_of` would have to ask the database for, or soon would."""
        if self._closed is not None and (not self._closed.is_known or self._closed.is_my_turn()):
            return set(party_ids)
        return {party for party in party_ids if not self.has(party)}

    def has(self, party_id: UUID) -> bool:
        """Whether the key, or that there is none, is in memory, believed or not."""
        return self._cache.get(party_id, _UNKNOWN) is not _UNKNOWN

    def in_memory(self, party_id: UUID) -> PartyKey | None:
        """The party's key if it is in memory and to be believed; never asks the database."""
        if self._closed is not None and (not self._closed.is_known or party_id in self._closed):
            return None
        return self._cache.get(party_id, None)

    def fingerprint(self, party_id: UUID, data: bytes) -> str:
        """An HMAC of `data` under the party's key as lower-case hex; `KeyMissing` for an erased party."""
        key = self.key_of(party_id)
        if key is None:
            raise KeyMissing(party_id)
        return key.fingerprint(data)

    def learn(self, party_id: UUID, wrapped: bytes | None) -> None:
        """Take a key along that somebody else just read or wrote."""
        key = None if wrapped is None else PartyKey(self.key_encryption.unwrap(party_id, wrapped))
        self._cache.put(party_id, key, KEY_CACHE_SECONDS)

    def forget(self, party_id: UUID) -> None:
        """Drop the key from memory now."""
        self._cache.drop(party_id)

    def _fetch(self, party_ids: Iterable[UUID]) -> None:
        remaining = iter(party_ids)
        while chunk := list(islice(remaining, _CHUNK)):
            columns = (PARTY.c.party_id, PARTY.c.wrapped_key, PARTY.c.closed_at)
            query = sa.select(*columns).where(PARTY.c.party_id.in_(chunk))
            with self._database.reading() as connection:
                rows = connection.execute(query).all()
            for party_id, wrapped, closed_at in rows:
                self.learn(party_id, wrapped if closed_at is None else None)

    def _is_closed(self, party_id: UUID) -> bool:
        return self._closed is not None and party_id in self._closed


def _key_id(key: bytes) -> bytes:
    return derive(key, "ebox/1/kek-id", ID_BYTES)
