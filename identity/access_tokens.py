"""The API's side of access tokens: is this one to be believed, and what does it say?

Checked in this order: scheme → issuer known → `typ` → algorithm → `kid` → signature → aud, exp, nbf → `cnf`.
The proof of DPoP (RFC 9449) belongs after `cnf`; until proofs are read, a token bound to a key is refused,
because believing it without its proof would undo the binding.
A token that passed is remembered by its SHA-256, so that its signature is checked once in each process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import anyio.to_thread

from domain.actors import ActorKind, AssuranceLevel, AuditScope, DigitalKey
from domain.clock import Clock
from identity.authorization_details import audit_scope_of
from identity.errors import OAuthError, TokenMissing, TokenRefused
from identity.issuers import IssuerProfile, KeySource
from identity.mailbox_wishes import mailbox_in
from identity.ports import ClientDirectory, ClientKind
from identity.signatures import BadToken, read_claims_unverified, read_header, seconds, verified_claims

CLOCK_SKEW_SECONDS = 30
REMEMBERED_TOKENS = 10_000
"""How many checked tokens a process keeps; about a kilobyte each."""
_PEOPLE = frozenset({ActorKind.CITIZEN, ActorKind.EMPLOYEE})


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a believed token says. `party_id` is set for people, `organisation` for partners only.

    `mailbox_id`: the enterprise's mailbox that an employee chose.
    """

    issuer: str
    subject: str
    client_id: str
    actor_kind: ActorKind
    jti: str | None
    expires_at: datetime
    token_sha256: str
    party_id: UUID | None = None
    organisation: str | None = None
    site: str | None = None
    digital_key: DigitalKey | None = None
    assurance_level: AssuranceLevel = AssuranceLevel.LOW
    audit_scope: AuditScope | None = None
    mailbox_id: UUID | None = None


class AccessTokenValidator:
    """Believes access tokens of the given issuers, and no others."""

    def __init__(
        self,
        issuers: Sequence[tuple[IssuerProfile, KeySource]],
        clients: ClientDirectory,
        clock: Clock,
    ) -> None:
        self._issuers = {profile.issuer: (profile, keys) for profile, keys in issuers}
        self._clients = clients
        self._clock = clock
        self._believed: dict[bytes, tuple[float, AccessToken]] = {}

    async def validate(self, authorization: str | None) -> AccessToken:
        """What the token in an `Authorization` header says.

        `TokenMissing` without a bearer token, `TokenRefused` for a bad one, `Unavailable` where its issuer's
        keys cannot be had.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing("no bearer token")
        now = self._clock.now().timestamp()
        digest = hashlib.sha256(token.encode()).digest()
        believed = self._believed.get(digest)
        if believed is not None and now < believed[0]:
            return believed[1]
        try:
            claims, profile = await self._verify(token)
        except BadToken as refusal:
            raise TokenRefused(str(refusal)) from None
        expires = self._check_times(claims, profile, now)
        if "cnf" in claims:
            raise TokenRefused("bound to a key that is not proved")
        access_token = await self._read(claims, profile, expires, digest.hex())
        self._remember(digest, expires, access_token)
        return access_token

    async def _verify(self, token: str) -> tuple[dict[str, Any], IssuerProfile]:
        header = read_header(token)
        issuer = read_claims_unverified(token).get("iss")
        if not isinstance(issuer, str) or issuer not in self._issuers:
            raise TokenRefused("wrong issuer")
        profile, keys = self._issuers[issuer]
        if header.typ is None or header.typ.lower() not in profile.token_types:
            raise TokenRefused("wrong type")
        if header.alg not in profile.algorithms:
            raise TokenRefused("wrong algorithm")
        if header.kid is None:
            raise TokenRefused("no kid")
        key = keys.known(header.kid) or await keys.look_up(header.kid)
        if key is None:
            raise TokenRefused("unknown kid")
        return verified_claims(token, key, profile.algorithms), profile

    def _check_times(self, claims: Mapping[str, Any], profile: IssuerProfile, now: float) -> float:
        audience = claims.get("aud")
        if profile.audience not in (audience if isinstance(audience, list) else [audience]):
            raise TokenRefused("wrong audience")
        expires = seconds(claims, "exp")
        if expires is None or expires <= now:
            raise TokenRefused("expired")
        if expires > now + profile.max_lifetime_seconds + CLOCK_SKEW_SECONDS:
            raise TokenRefused("lives too long")
        begins = seconds(claims, "nbf") if "nbf" in claims else now
        if begins is None or begins > now + CLOCK_SKEW_SECONDS:
            raise TokenRefused("not yet valid")
        return expires

    async def _read(
        self, claims: Mapping[str, Any], profile: IssuerProfile, expires: float, token_sha256: str
    ) -> AccessToken:
        if profile.is_own:
            return _own(claims, profile, expires, token_sha256)
        return await self._foreign(claims, profile, expires, token_sha256)

    async def _foreign(
        self, claims: Mapping[str, Any], profile: IssuerProfile, expires: float, token_sha256: str
    ) -> AccessToken:
        """A foreign token proves which partner's client calls; everything else is as registered here."""
        client_id = profile.clients.get(_text(claims, profile.client_id_claim))
        client = await anyio.to_thread.run_sync(self._clients.find, client_id) if client_id else None
        if client is None or client.suspended or client.kind is not ClientKind.PARTNER:
            raise TokenRefused("the issuer does not speak for this client")
        return AccessToken(
            issuer=profile.issuer,
            subject=client.client_id,
            client_id=client.client_id,
            actor_kind=ActorKind.PARTNER,
            jti=_optional_text(claims, "jti"),
            expires_at=datetime.fromtimestamp(expires, UTC),
            token_sha256=token_sha256,
            organisation=client.organisation,
        )

    def _remember(self, digest: bytes, expires: float, access_token: AccessToken) -> None:
        while len(self._believed) >= REMEMBERED_TOKENS:
            # Dictionaries keep their order: the first is the oldest.
            del self._believed[next(iter(self._believed))]
        self._believed[digest] = (expires, access_token)


def _own(claims: Mapping[str, Any], profile: IssuerProfile, expires: float, token_sha256: str) -> AccessToken:
    try:
        kind = ActorKind(_text(claims, "actor_kind"))
        key = _optional_text(claims, "digital_key")
        level = _optional_text(claims, "acr")
        return AccessToken(
            issuer=profile.issuer,
            subject=_text(claims, "sub"),
            client_id=_text(claims, profile.client_id_claim),
            actor_kind=kind,
            jti=_text(claims, "jti"),
            expires_at=datetime.fromtimestamp(expires, UTC),
            token_sha256=token_sha256,
            party_id=UUID(_text(claims, "sub")) if kind in _PEOPLE else None,
            organisation=_optional_text(claims, "organisation"),
            site=_optional_text(claims, "site"),
            digital_key=DigitalKey(key) if key else None,
            assurance_level=AssuranceLevel(level) if level else AssuranceLevel.LOW,
            audit_scope=_audit_scope(claims) if kind is ActorKind.AUDITOR else None,
            mailbox_id=mailbox_in(claims["authorization_details"]) if kind is ActorKind.EMPLOYEE else None,
        )
    except (ValueError, KeyError, OAuthError):
        raise TokenRefused("malformed claims") from None


def _audit_scope(claims: Mapping[str, Any]) -> AuditScope | None:
    """None where an auditor asked for a token that opens nothing but the handling of scopes."""
    details = claims.get("authorization_details")
    return None if details is None else audit_scope_of(details)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefused("malformed claims")
    return value


def _optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    return _text(claims, name) if claims.get(name) is not None else None
