"""Access tokens by client credentials with `private_key_jwt` (RFC 7523): you sign that you are you.

Needs the extra `ebox-client[private-key-jwt]`, for the signature.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from ebox_client.errors import NotAuthenticated, UnexpectedAnswer, problem_in
from ebox_client.retrying import Retries, repeated
from ebox_client.tokens import CachedTokens

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 60
TIMEOUT_SECONDS: Final = 10.0
_METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
_ALGORITHM: Final = "ES256"


class PrivateKeyJwt:
    """Tokens of a registered client, from the issuer's token endpoint. Implements `TokenSource`.

    `private_jwk` is the private key as a JWK on the curve P-256 (RFC 7517). Raises what `EboxClient` raises.
    """

    def __init__(
        self, issuer: str, client_id: str, private_jwk: Mapping[str, Any], retries: Retries | None = None
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._key = ECKey.import_key(dict(private_jwk))
        self._retries = retries or Retries()
        self._cached = CachedTokens(self._fetch)

    @classmethod
    def from_file(cls, issuer: str, client_id: str, key_file: Path) -> PrivateKeyJwt:
        """With the key in this file. Raises `OSError`; `ValueError` where it holds no such key."""
        private_jwk = json.loads(key_file.read_bytes())
        if not isinstance(private_jwk, dict):
            raise ValueError("the file holds no JWK")  # noqa: TRY004 - a wrong value of a right type
        return cls(issuer, client_id, private_jwk)

    async def token(self, refused: str | None = None) -> str:
        """A token that is good now."""
        return await self._cached.token(refused)

    async def _fetch(self) -> tuple[str, float]:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
            server = await self._ask(http, "GET", self._issuer + _METADATA_PATH)
            # RFC 8414 §3.3: another issuer's description must not be taken for this one's
            if server.get("issuer") != self._issuer or not isinstance(server.get("token_endpoint"), str):
                raise UnexpectedAnswer("this address is not that of an authorization server")
            answer = await self._ask(http, "POST", server["token_endpoint"])
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(lifetime, int):
            raise UnexpectedAnswer("the token endpoint answered without a token")
        return token, lifetime

    async def _ask(self, http: httpx.AsyncClient, method: str, url: str) -> Mapping[str, Any]:
        async def once() -> httpx.Response:
            return await http.request(method, url, data=self._proof() if method == "POST" else None)

        answer = await repeated(once, self._retries, "")
        if answer.status_code != httpx.codes.OK:
            raise NotAuthenticated(problem_in(answer))
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise UnexpectedAnswer("the authorization server answered something else than an object")
        return document

    def _proof(self) -> dict[str, str]:
        """A fresh one each time: a statement may be used once."""
        now = int(time.time())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": _ALGORITHM, "kid": self._key.kid or self._key.thumbprint()}
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM]),
        }
