"""Access tokens that must not be believed, made from one that is: each with one thing wrong.

All but two are signed with the server's own key, so that nothing but the one wrong thing can refuse them.
"""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import create_engine

from domain.clock import SystemClock
from identity.keys import ALGORITHM, SigningKeys
from tests.e2e.real_parts import RealParts

Claims = dict[str, Any]


class Forger:
    """Knows the server's signing key, as nobody should."""

    def __init__(self, parts: RealParts, good_token: str) -> None:
        secret = parts.installation.data / "secrets" / "key_encryption_key.base64"
        engine = create_engine(parts.databases["key_store"].replace("postgresql:", "postgresql+psycopg:", 1))
        try:
            self._key = SigningKeys(engine, b64decode(secret.read_text()), SystemClock()).active()
        finally:
            engine.dispose()
        self._good_token = good_token
        header, claims, _ = good_token.split(".")
        self._header, self._claims = _decoded(header), _decoded(claims)

    def signed_anew(self, **changes: object) -> str:
        """With these claims changed, and a valid signature."""
        return self._signed(self._key, self._header, self._claims | changes)

    def forgeries(self) -> dict[str, str]:
        """Tokens to be refused, by what is wrong with them."""
        now = int(self._claims["iat"])
        stranger = ECKey.generate_key("P-256")
        head, body, signature = self._good_token.split(".")
        changed = _encoded(self._claims | {"client_id": "demo-auditor-1"})
        return {
            "wrong audience": self.signed_anew(aud="https://elsewhere.example"),
            "no audience": self._signed(self._key, self._header, _without(self._claims, "aud")),
            "wrong issuer": self.signed_anew(iss="https://elsewhere.example"),
            "expired": self.signed_anew(iat=now - 900, nbf=now - 900, exp=now - 600),
            "no expiry": self._signed(self._key, self._header, _without(self._claims, "exp")),
            "lives too long": self.signed_anew(exp=now + 86_400),
            "not yet valid": self.signed_anew(nbf=now + 250),
            "alg none": f"{_encoded(self._header | {'alg': 'none'})}.{body}.",
            "alg none, signed": f"{_encoded(self._header | {'alg': 'none'})}.{body}.{signature}",
            "unknown kid": self._signed(
                stranger, self._header | {"kid": stranger.thumbprint()}, self._claims
            ),
            "somebody else's key": self._signed(stranger, self._header, self._claims),
            "another type": self._signed(self._key, self._header | {"typ": "JWT"}, self._claims),
            "changed claims": f"{head}.{changed}.{signature}",
            "no signature": f"{head}.{body}.",
            "no token": "not-a-token",
        }

    def _signed(self, key: ECKey, header: Claims, claims: Claims) -> str:
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def _without(claims: Claims, name: str) -> Claims:
    return {one: value for one, value in claims.items() if one != name}


def _decoded(part: str) -> Claims:
    claims: Claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _encoded(claims: Claims) -> str:
    return urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
