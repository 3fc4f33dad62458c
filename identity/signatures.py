"""Signed JSON web tokens, read with suspicion: our list of algorithms, our keys, then the signature.

Nothing in a token chooses how it is checked: an algorithm that is not on the caller's list, a key of another
type than the algorithm's, and any critical extension (RFC 7515 §4.1.11) are refused. Keys inside a token
(`jwk`, `jku`, `x5c`) are never looked at.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

MAX_TOKEN_CHARACTERS = 16_384
"""More than any token of a known issuer; less than would cost anything to read."""
_MIN_RSA_BITS = 2048
_LAST_MOMENT = 1e11


class BadToken(Exception):
    """Not a signed token, or not signed as it should be. The text never quotes the token."""


@dataclass(frozen=True, slots=True)
class Header:
    """The three header fields that say how to check a token (RFC 7515 §4.1)."""

    alg: str
    kid: str | None
    typ: str | None


def read_header(token: str) -> Header:
    """The token's header, before anything is verified; `BadToken` if it is none."""
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise BadToken("too long")
    parts = token.split(".")
    if len(parts) != 3:
        raise BadToken("not three parts")
    header = _json_object(parts[0])
    alg, kid, typ = header.get("alg"), header.get("kid"), header.get("typ")
    if not isinstance(alg, str) or not isinstance(kid, str | None) or not isinstance(typ, str | None):
        raise BadToken("malformed header")
    if "crit" in header or "b64" in header:
        raise BadToken("unknown critical extension")
    return Header(alg, kid, typ)


def read_claims_unverified(token: str) -> dict[str, Any]:
    """The claims, only to learn who to ask for the key; believe nothing in them yet."""
    return _json_object(token.split(".")[1])


def verified_claims(token: str, key: Key, algorithms: Collection[str]) -> dict[str, Any]:
    """The claims, once the signature by `key` holds; `BadToken` if it does not, or by a foreign algorithm."""
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    try:
        verified = jws.deserialize_compact(token, key, registry=registry)
        claims = json.loads(verified.payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise BadToken(f"signature: {type(error).__name__}") from None
    if not isinstance(claims, dict):
        raise BadToken("claims are not an object")
    return claims


def key_set(jwks: object) -> dict[str, Key]:
    """The keys of a JWK set that may verify, by `kid` (their thumbprint where they have none).

    Left out: keys for encryption, shared secrets, RSA under 2048 bits. `BadToken` if the set is unreadable.
    """
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise BadToken("not a JWK set")
    signing = [key for key in keys if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
    if not signing:
        return {}
    try:
        imported = KeySet.import_key_set({"keys": signing})
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise BadToken(f"JWK set: {type(error).__name__}") from None
    return {str(key.kid): key for key in imported if not _is_weak(key)}


def seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate (RFC 7519 §2) as seconds since 1970; None if it is missing or no such thing."""
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    # Python's JSON reads NaN and Infinity, which would pass or break comparisons.
    return float(value) if abs(value) < _LAST_MOMENT else None


def _is_weak(key: Key) -> bool:
    return isinstance(key, RSAKey) and key.public_key.key_size < _MIN_RSA_BITS


def _json_object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        raise BadToken("not base64url of JSON") from None
    if not isinstance(value, dict):
        raise BadToken("not a JSON object")
    return value
