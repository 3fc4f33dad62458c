"""The issuers whose access tokens the API believes: what each may sign with, and where its keys are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import anyio.to_thread
import httpx
from joserfc.jwk import Key

from domain.clock import Clock
from domain.errors import Unavailable
from identity.keys import ALGORITHM, SigningKeys
from identity.signatures import BadToken, key_set

JWKS_CACHE_SECONDS = 600
JWKS_RETRY_SECONDS = 10
"""An unknown `kid`, or an issuer that does not answer, makes us ask again this often at most."""
JWKS_TIMEOUT_SECONDS = 5.0
JWKS_MAX_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class IssuerProfile:
    """What we know of an issuer beforehand; nothing of it is ever taken from a token.

    `jwks_url` is None for our own authorization server, whose keys come from the key store. A foreign issuer
    speaks only for partners, and only for the clients in `clients` (its client id → the one registered here).
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = (ALGORITHM,)
    jwks_url: str | None = None
    token_types: tuple[str, ...] = ("at+jwt", "application/at+jwt")
    client_id_claim: str = "client_id"
    clients: Mapping[str, str] = field(default_factory=dict)
    max_lifetime_seconds: int = 300

    @property
    def is_own(self) -> bool:
        """Whether this is our own authorization server."""
        return self.jwks_url is None


class KeySource(Protocol):
    """Where an issuer's public keys come from."""

    def known(self, kid: str) -> Key | None:
        """The key, if it is at hand and fresh; never waits."""
        ...

    async def look_up(self, kid: str) -> Key | None:
        """The key, asking where needed; `Unavailable` where nobody answers."""
        ...


class OwnKeys:
    """The keys of our own authorization server, straight from the key store."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def known(self, kid: str) -> Key | None:
        """The key, if this process saw it within the last minute."""
        return self._keys.known(kid)

    async def look_up(self, kid: str) -> Key | None:
        """The key, asking the key store at most every 10 seconds."""
        return await anyio.to_thread.run_sync(self._keys.look_up, kid)


class RemoteKeys:
    """The JWK set of a foreign issuer over HTTPS: kept 10 minutes, asked again for an unknown `kid`."""

    def __init__(self, url: str, http: httpx.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._http = http
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched_at = float("-inf")
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    def known(self, kid: str) -> Key | None:
        """The key, if the set is at most 10 minutes old."""
        return self._keys.get(kid) if self._is_fresh() else None

    async def look_up(self, kid: str) -> Key | None:
        """The key; asks the issuer at most every 10 seconds, however many callers wait."""
        async with self._asking:
            key = self.known(kid)
            if key is not None:
                return key
            now = self._clock.now().timestamp()
            if now - self._asked_at >= JWKS_RETRY_SECONDS:
                self._asked_at = now
                self._keys = await self._fetch()
                self._fetched_at = now
            elif not self._is_fresh():
                raise Unavailable("a trusted issuer's keys", retry_after=JWKS_RETRY_SECONDS)
            return self._keys.get(kid)

    def _is_fresh(self) -> bool:
        return self._clock.now().timestamp() - self._fetched_at < JWKS_CACHE_SECONDS

    async def _fetch(self) -> dict[str, Key]:
        try:
            async with asyncio.timeout(JWKS_TIMEOUT_SECONDS):
                return key_set(json.loads(await self._read()))
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError, BadToken) as error:
            raise Unavailable("a trusted issuer's keys", retry_after=JWKS_RETRY_SECONDS) from error

    async def _read(self) -> bytes:
        body = b""
        async with self._http.stream("GET", self._url, follow_redirects=False) as answer:
            if answer.status_code != httpx.codes.OK:
                raise BadToken("the JWK set is not there")
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > JWKS_MAX_BYTES:
                    raise BadToken("the JWK set is too large")
        return body
