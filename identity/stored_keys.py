"""Signing keys in the key store's database: made once, kept wrapped, published as a JWKS, rotated.

Each key has a generation. The first process that needs one makes generation 1; the primary key settles the
race between several. A rotation adds the next generation: it is published at once and signs only after every
process and every cache of the JWKS has had time to learn it; the old one stays published until the last thing
that it signed is of no use any more.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import ECKey, OKPKey
from sqlalchemy import Engine, Row, Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.clock import Clock
from identity.database import transaction

RELOAD_SECONDS = 60
"""How long a process may go without looking for keys that another one made."""
UNKNOWN_KID_SECONDS = 10
"""How often, at most, an unknown `kid` makes a process look."""

K = TypeVar("K", ECKey, OKPKey)

_WRAPPING_VERSION = b"\x01"
_NONCE_BYTES = 12


class WrongKeyEncryptionKey(Exception):
    """The configured key-encryption key does not open the stored signing key."""


@dataclass(frozen=True, slots=True)
class _Loaded(Generic[K]):
    """The published keys as they were at `at` (seconds since 1970)."""

    at: float
    active: K
    published: Mapping[str, K]


class StoredKeys(ABC, Generic[K]):
    """Keys for one purpose, with a copy in memory. Blocks; safe to use from several threads.

    A purpose is a subclass: `table` keeps its keys, `algorithm` is their `alg` in the JWKS, `associated` is
    part of what wraps them. `learning_seconds` pass from a new key's publication to its first signature,
    `outlived_seconds` from the old key's last signature to its withdrawal.
    """

    table: ClassVar[Table]
    algorithm: ClassVar[str]
    associated: ClassVar[bytes]
    learning_seconds: ClassVar[int]
    outlived_seconds: ClassVar[int]

    @staticmethod
    @abstractmethod
    def generate() -> K:
        """A new key."""

    @staticmethod
    @abstractmethod
    def read(private: dict[str, Any], kid: str) -> K:
        """The key of this private JWK."""

    def __init__(
        self, engine: Engine, key_encryption_key: bytes, clock: Clock, *, previous: bytes | None = None
    ) -> None:
        """`previous`: the key-encryption key of before, while it may still be needed."""
        self._engine = engine
        self._wrapping = AESGCM(key_encryption_key)
        self._previous = None if previous is None else AESGCM(previous)
        self._clock = clock
        self._loaded: _Loaded[K] | None = None

    def active(self) -> K:
        """The private key that signs now; made if there is none yet."""
        return self._current(RELOAD_SECONDS).active

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The public key set (RFC 7517 §5)."""
        published = self._current(RELOAD_SECONDS).published
        return {"keys": [self._public(key) for key in published.values()]}

    def known(self, kid: str) -> K | None:
        """The published key of that name, if this process saw it within the last minute. Never blocks."""
        loaded = self._loaded
        if loaded is None or self._clock.now().timestamp() - loaded.at >= RELOAD_SECONDS:
            return None
        return loaded.published.get(kid)

    def look_up(self, kid: str) -> K | None:
        """The published key of that name, asking the database at most every 10 seconds."""
        return self._current(UNKNOWN_KID_SECONDS).published.get(kid)

    def rotate(self) -> str:
        """Publish a new key that takes over after `learning_seconds`; its `kid`.

        Of two rotations at the same moment one fails on the generation's primary key, whole.
        """
        now = int(self._clock.now().timestamp())
        takes_over = now + self.learning_seconds
        with transaction(self._engine) as connection:
            generations = connection.scalars(select(self.table.c.generation)).all()
            connection.execute(
                update(self.table)
                .where(self.table.c.published_until.is_(None))
                .values(published_until=takes_over + self.outlived_seconds)
            )
            row = self._new_row(max(generations, default=0) + 1, signs_from=takes_over)
            connection.execute(insert(self.table).values(row))
        self._loaded = None
        return str(row["kid"])

    def wrap_again(self) -> None:
        """Wrap those keys under the current key-encryption key that the previous one opens. May be repeated.

        Raises `WrongKeyEncryptionKey` where neither opens a key that is still published.
        """
        for row in self._published_rows(self._clock.now().timestamp()):
            private, is_current = self._open(row.kid, row.wrapped_private_key)
            if is_current:
                continue
            with transaction(self._engine) as connection:
                connection.execute(
                    update(self.table)
                    .where(self.table.c.kid == row.kid)
                    .values(wrapped_private_key=self._wrapped(row.kid, private))
                )

    def wrapped(self) -> tuple[int, int]:
        """How many published keys are wrapped under the current and the previous key-encryption key."""
        rows = self._published_rows(self._clock.now().timestamp())
        current = sum(self._open(row.kid, row.wrapped_private_key)[1] for row in rows)
        return current, len(rows) - current

    def _current(self, max_age: float) -> _Loaded[K]:
        loaded, now = self._loaded, self._clock.now().timestamp()
        if loaded is None or now - loaded.at >= max_age:
            loaded = self._loaded = self._load(now)
        return loaded

    def _load(self, now: float) -> _Loaded[K]:
        keys = self._read(now)
        if not keys:
            self._make_first(int(now))
            keys = self._read(now)
        signing = [(generation, key) for generation, signs_from, key in keys if signs_from <= now]
        _, active = max(signing, key=lambda pair: pair[0])
        return _Loaded(now, active, {key.thumbprint(): key for _, _, key in keys})

    def _read(self, now: float) -> list[tuple[int, int, K]]:
        return [
            (row.generation, row.signs_from, self._unwrap(row.kid, row.wrapped_private_key))
            for row in self._published_rows(now)
        ]

    def _published_rows(self, now: float) -> Sequence[Row[Any]]:
        published = or_(self.table.c.published_until.is_(None), self.table.c.published_until > now)
        with transaction(self._engine) as connection:
            return connection.execute(
                select(self.table).where(published).order_by(self.table.c.generation)
            ).all()

    def _make_first(self, now: int) -> None:
        try:
            with transaction(self._engine) as connection:
                connection.execute(insert(self.table).values(self._new_row(1, signs_from=now)))
        except IntegrityError:
            # Another process made it between our look and our insert: theirs is the one.
            return

    def _new_row(self, generation: int, signs_from: int) -> dict[str, Any]:
        key = self.generate()
        kid = key.thumbprint()
        private = json.dumps(key.as_dict(private=True)).encode()
        return {
            "generation": generation,
            "kid": kid,
            "wrapped_private_key": self._wrapped(kid, private),
            "signs_from": signs_from,
            "published_until": None,
        }

    def _wrapped(self, kid: str, private: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _WRAPPING_VERSION + nonce + self._wrapping.encrypt(nonce, private, self._associated(kid))

    def _unwrap(self, kid: str, wrapped: bytes) -> K:
        private, _ = self._open(kid, wrapped)
        return self.read(json.loads(private), kid)

    def _open(self, kid: str, wrapped: bytes) -> tuple[bytes, bool]:
        """The private key, and whether the current key-encryption key opened it."""
        version, nonce, sealed = wrapped[:1], wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        if version != _WRAPPING_VERSION:
            raise WrongKeyEncryptionKey("the signing key is wrapped in a way this version does not know")
        for cipher in (self._wrapping, self._previous):
            with suppress(InvalidTag):
                if cipher is not None:
                    return cipher.decrypt(nonce, sealed, self._associated(kid)), cipher is self._wrapping
        raise WrongKeyEncryptionKey("the key-encryption key does not open the signing key")

    def _associated(self, kid: str) -> bytes:
        return self.associated + kid.encode()

    def _public(self, key: K) -> dict[str, Any]:
        kid = key.thumbprint()
        return {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": self.algorithm}
