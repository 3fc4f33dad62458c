"""A foreign issuer may prove which partner's client calls. Nothing else it says is believed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from joserfc import jws
from joserfc.jwk import ECKey

from domain.actors import ActorKind
from domain.errors import Unavailable
from identity.access_tokens import AccessTokenValidator
from identity.client_keys import new_client_key, public_jwks
from identity.errors import TokenRefused
from identity.issuers import IssuerProfile, RemoteKeys
from tests.integration.identity.world import AUDIENCE, World

FEDERAL = "https://issuer.example"


class ForeignIssuer:
    """Another authorization server: its keys, its JWK set over HTTP, and how often that was asked for."""

    def __init__(self, world: World, **profile: Any) -> None:
        self.world = world
        self.key = new_client_key()
        self.document: Any = public_jwks(self.key)
        self.status = 200
        self.asked = 0
        app = FastAPI()
        app.add_api_route("/jwks", self._jwks)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        fields = {"jwks_url": f"{FEDERAL}/jwks", "clients": {"their-name": "demo-partner"}, **profile}
        keys = RemoteKeys(fields["jwks_url"], http, world.clock)
        self.validator = AccessTokenValidator(
            [(IssuerProfile(FEDERAL, AUDIENCE, **fields), keys)], world.clients, world.clock
        )

    async def _jwks(self) -> Response:
        self.asked += 1
        return JSONResponse(self.document, self.status)

    def token(self, private_jwk: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token of this issuer."""
        now = int(self.world.clock.now().timestamp())
        claims = {"iss": FEDERAL, "aud": [AUDIENCE], "sub": "x", "client_id": "their-name", "exp": now + 300}
        key = ECKey.import_key(private_jwk or self.key)
        header = {"alg": "ES256", "typ": "at+jwt", "kid": key.thumbprint()}
        return jws.serialize_compact(header, json.dumps({**claims, **changes}), key)


@pytest.fixture
def issuer(world: World) -> ForeignIssuer:
    """A trusted issuer."""
    return ForeignIssuer(world)


async def test_a_partner_may_come_with_another_issuers_token(issuer: ForeignIssuer) -> None:
    said = await issuer.validator.validate(f"Bearer {issuer.token()}")
    assert (said.actor_kind, said.client_id, said.issuer) == (ActorKind.PARTNER, "demo-partner", FEDERAL)
    assert said.organisation == "0206731645"


async def test_a_foreign_issuer_cannot_say_who_somebody_is(issuer: ForeignIssuer) -> None:
    claims: dict[str, Any] = {
        "actor_kind": "auditor",
        "organisation": "0884303369",
        "acr": "high",
        "site": "demo-site",
        "authorization_details": [
            {"type": "ebox_audit", "case": "1", "purpose": "1", "subject": "*"},
        ],
    }
    said = await issuer.validator.validate(f"Bearer {issuer.token(**claims)}")

    assert (said.actor_kind, said.organisation) == (ActorKind.PARTNER, "0206731645")
    assert (said.audit_scope, said.site, said.party_id) == (None, None, None)


@pytest.mark.parametrize("client_id", ["demo-partner", "demo-auditor-1", "nobody"])
async def test_a_foreign_issuer_speaks_for_no_client_but_its_own(
    issuer: ForeignIssuer, client_id: str
) -> None:
    with pytest.raises(TokenRefused, match="does not speak"):
        await issuer.validator.validate(f"Bearer {issuer.token(client_id=client_id)}")


async def test_a_foreign_issuer_speaks_for_partners_only(world: World) -> None:
    issuer = ForeignIssuer(world, clients={"their-name": "demo-auditor-1"})
    with pytest.raises(TokenRefused, match="does not speak"):
        await issuer.validator.validate(f"Bearer {issuer.token()}")


async def test_a_suspended_partner_is_refused_whoever_vouches(issuer: ForeignIssuer) -> None:
    issuer.world.clients.change("demo-partner", suspended=True)
    with pytest.raises(TokenRefused, match="does not speak"):
        await issuer.validator.validate(f"Bearer {issuer.token()}")


async def test_an_algorithm_that_the_profile_does_not_list_is_refused(world: World) -> None:
    issuer = ForeignIssuer(world, algorithms=("PS256",))
    with pytest.raises(TokenRefused, match="wrong algorithm"):
        await issuer.validator.validate(f"Bearer {issuer.token()}")
    assert issuer.asked == 0


async def test_the_keys_are_kept_ten_minutes(issuer: ForeignIssuer) -> None:
    await issuer.validator.validate(f"Bearer {issuer.token()}")
    issuer.world.clock.advance(timedelta(minutes=9, seconds=59))
    await issuer.validator.validate(f"Bearer {issuer.token()}")
    assert issuer.asked == 1

    issuer.world.clock.advance(timedelta(seconds=1))
    await issuer.validator.validate(f"Bearer {issuer.token()}")
    assert issuer.asked == 2


async def test_a_new_key_is_learned_but_strangers_do_not_make_us_ask_and_ask(issuer: ForeignIssuer) -> None:
    await issuer.validator.validate(f"Bearer {issuer.token()}")
    next_key = new_client_key()
    issuer.document = {"keys": issuer.document["keys"] + public_jwks(next_key)["keys"]}

    for _ in range(5):
        with pytest.raises(TokenRefused, match="unknown kid"):
            await issuer.validator.validate(f"Bearer {issuer.token(next_key)}")
    assert issuer.asked == 1

    issuer.world.clock.advance(timedelta(seconds=10))
    await issuer.validator.validate(f"Bearer {issuer.token(next_key)}")
    assert issuer.asked == 2


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (500, {}),
        (302, {}),
        (200, []),
        (200, {"keys": "x"}),
        (200, {"keys": [{"kty": "EC"}]}),
        (200, "x" * 300_000),
    ],
    ids=["failing", "elsewhere", "a list", "no keys", "half a key", "endless"],
)
async def test_an_issuer_that_does_not_answer_soundly_is_asked_again_later(
    issuer: ForeignIssuer, status: int, document: Any
) -> None:
    good, issuer.status, issuer.document = issuer.document, status, document
    for _ in range(3):
        with pytest.raises(Unavailable):
            await issuer.validator.validate(f"Bearer {issuer.token()}")
    assert issuer.asked == 1

    issuer.status, issuer.document = 200, good
    issuer.world.clock.advance(timedelta(seconds=10))
    await issuer.validator.validate(f"Bearer {issuer.token()}")


async def test_shared_secrets_and_encryption_keys_verify_nothing(issuer: ForeignIssuer) -> None:
    issuer.document = {"keys": [{"kty": "oct", "k": "AAAA", "kid": issuer.key["kid"]}]}
    with pytest.raises(TokenRefused, match="unknown kid"):
        await issuer.validator.validate(f"Bearer {issuer.token()}")
