"""Clients prove who they are with a signed assertion, `private_key_jwt` (RFC 7523 §2.2 and §3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from joserfc.jwk import Key

from domain.clock import Clock
from identity.errors import InvalidClient
from identity.ports import ClientDirectory, ClientKind, RegisteredClient
from identity.signatures import (
    BadToken,
    key_set,
    read_claims_unverified,
    read_header,
    seconds,
    verified_claims,
)
from identity.store import IdentityStore

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "ES384", "Ed25519", "PS256", "RS256")
"""What clients may sign with. RS256 is there for e-Box clients that exist."""

MAX_LIFETIME_SECONDS = 300
CLOCK_SKEW_SECONDS = 30
_MAX_NAME_CHARACTERS = 256
_TYPES = (None, "JWT", "client-authentication+jwt")

_FAILED = "client authentication failed"
"""One answer for an unknown client, a suspended one and a wrong key: nobody learns which clients exist."""


class ClientAuthentication:
    """Finds out which registered client sent a request to the token endpoint."""

    def __init__(
        self, clients: ClientDirectory, store: IdentityStore, clock: Clock, issuer: str, token_endpoint: str
    ) -> None:
        self._clients = clients
        self._store = store
        self._clock = clock
        self._audiences = {issuer, token_endpoint}

    def authenticate(self, parameters: Mapping[str, str]) -> RegisteredClient:
        """The client that proved who it is, or the public client that cannot; `InvalidClient` otherwise."""
        assertion = parameters.get("client_assertion")
        if assertion is None:
            return self._public(parameters.get("client_id"))
        if parameters.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("client_assertion_type must be the jwt-bearer type of RFC 7523")
        client = self._confidential(assertion)
        if parameters.get("client_id", client.client_id) != client.client_id:
            raise InvalidClient("client_id and client_assertion differ")
        return client

    def _public(self, client_id: str | None) -> RegisteredClient:
        client = self._clients.find(client_id) if client_id else None
        if client is None or client.suspended or client.kind is not ClientKind.PUBLIC:
            raise InvalidClient("a client_assertion is required (private_key_jwt, RFC 7523)")
        return client

    def _confidential(self, assertion: str) -> RegisteredClient:
        try:
            header = read_header(assertion)
            claimed = read_claims_unverified(assertion).get("sub")
            client = self._clients.find(claimed) if _is_name(claimed) else None
            if client is None or client.suspended or client.kind is ClientKind.PUBLIC:
                raise InvalidClient(_FAILED)
            if header.typ not in _TYPES:
                raise InvalidClient(_FAILED)
            key = _choose(key_set(client.jwks), header.kid)
            claims = verified_claims(assertion, key, ALGORITHMS)
        except BadToken:
            raise InvalidClient(_FAILED) from None
        self._check(claims, client.client_id)
        return client

    def _check(self, claims: Mapping[str, Any], client_id: str) -> None:
        """The rules of RFC 7523 §3. The signature holds by now: these answers reach the client itself."""
        now = self._clock.now().timestamp()
        if claims.get("iss") != client_id or claims.get("sub") != client_id:
            raise InvalidClient("iss and sub must both be the client id")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        # Every audience must be us: an assertion also meant for another server could be replayed by it.
        if not audiences or not all(isinstance(one, str) and one in self._audiences for one in audiences):
            raise InvalidClient("aud must be the issuer or the token endpoint")
        expires = seconds(claims, "exp")
        if expires is None or expires <= now:
            raise InvalidClient("exp is missing or past")
        if expires > now + MAX_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS:
            raise InvalidClient("exp is more than 5 minutes ahead")
        for name in ("nbf", "iat"):
            moment = seconds(claims, name)
            if name in claims and (moment is None or moment > now + CLOCK_SKEW_SECONDS):
                raise InvalidClient(f"{name} is not a moment that has passed")
        jti = claims.get("jti")
        if not _is_name(jti):
            raise InvalidClient("jti is missing or not 1 to 256 printable characters")
        if not self._store.use_assertion(client_id, jti, int(expires) + 1):
            raise InvalidClient("this assertion was used before")


def _is_name(value: object) -> TypeGuard[str]:
    # JSON can spell characters that no database takes; none of them is printable.
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME_CHARACTERS and value.isprintable()


def _choose(keys: Mapping[str, Key], kid: str | None) -> Key:
    key = next(iter(keys.values())) if kid is None and len(keys) == 1 else keys.get(kid or "")
    if key is None:
        raise BadToken("no such key")
    return key
