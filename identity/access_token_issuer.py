"""Makes access tokens: JWTs by RFC 9068, five minutes at most, for our own API only.

Claims beside the RFC's: `actor_kind`, `site` (through which a person reads), `digital_key`, `acr` (the
assurance level), `organisation` (a partner's enterprise number) and `authorization_details` (an auditor's
scope, or the mailbox that a person chose). They come from the client's registration and from the login, never
from the request; `sub` is a random party id or a client id, never a national number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt

from domain.actors import ActorKind, AssuranceLevel, AuditScope
from domain.clock import Clock
from identity.authorization_details import claim_of
from identity.keys import ALGORITHM, SigningKeys
from identity.mailbox_wishes import granted
from identity.ports import ASSURANCE_OF, ClientKind, RegisteredClient
from identity.store import IssuedCode

LIFETIME = timedelta(minutes=5)
TOKEN_TYPE = "at+jwt"  # noqa: S105 - a media type (RFC 9068 §2.1), not a secret

_KIND_OF_CLIENT = {
    ClientKind.PARTNER: ActorKind.PARTNER,
    ClientKind.SITE: ActorKind.SITE,
    ClientKind.AUDITOR: ActorKind.AUDITOR,
}


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What the token endpoint gives: the token, its life in seconds, and the details granted, if any."""

    access_token: str
    expires_in: int
    authorization_details: list[dict[str, Any]] | None = None


class AccessTokenIssuer:
    """Signs access tokens for the API with the active key."""

    def __init__(self, keys: SigningKeys, clock: Clock, issuer: str, audience: str) -> None:
        self._keys = keys
        self._clock = clock
        self._issuer = issuer
        self._audience = audience

    def for_client(self, client: RegisteredClient, scope: AuditScope | None) -> TokenAnswer:
        """A token with which a partner, a site or an auditor acts as itself.

        An auditor looks under the approved scope that `scope` names; without one they deal with scopes alone.
        """
        claims: dict[str, Any] = {"actor_kind": _KIND_OF_CLIENT[client.kind].value}
        if client.kind is ClientKind.PARTNER:
            claims["organisation"] = client.organisation
        if client.kind is ClientKind.AUDITOR:
            # An auditor's key pair is handed out in person: the strongest proof there is of a program.
            claims["acr"] = AssuranceLevel.HIGH.value
        details = None
        if scope is not None:
            claims["authorization_details"] = details = claim_of(scope)
        return self._sign(client.client_id, client.client_id, claims, details)

    def for_person(self, client: RegisteredClient, login: IssuedCode) -> TokenAnswer:
        """A token with which a person acts, through the site that the client is or belongs to.

        Who chose an enterprise's mailbox is its employee: the token opens no other by itself.
        """
        is_employee = login.mailbox_id is not None
        kind = ActorKind.EMPLOYEE if is_employee else ActorKind.CITIZEN
        claims: dict[str, Any] = {
            "actor_kind": kind.value,
            "digital_key": login.digital_key.value,
            "acr": ASSURANCE_OF[login.digital_key].value,
            "auth_time": int(login.authenticated_at.timestamp()),
        }
        site = client.client_id if client.kind is ClientKind.SITE else client.site
        if site is not None:
            claims["site"] = site
        details = None
        if is_employee or login.wish is not None:
            claims["authorization_details"] = details = granted(login.mailbox_id)
        return self._sign(login.party_id, client.client_id, claims, details)

    def _sign(
        self,
        subject: UUID | str,
        client_id: str,
        claims: dict[str, Any],
        details: list[dict[str, Any]] | None,
    ) -> TokenAnswer:
        now = int(self._clock.now().timestamp())
        lifetime = int(LIFETIME.total_seconds())
        key = self._keys.active()
        payload = {
            "iss": self._issuer,
            "sub": str(subject),
            "aud": self._audience,
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "jti": str(uuid4()),
            "client_id": client_id,
            **claims,
        }
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": key.thumbprint()}
        token = jwt.encode(header, payload, key, algorithms=[ALGORITHM])
        return TokenAnswer(token, lifetime, details)
