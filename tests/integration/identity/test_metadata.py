"""Libraries find the authorization server's endpoints and keys by themselves."""

from __future__ import annotations

import pytest

from tests.integration.identity.world import ISSUER, World


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
async def test_the_server_describes_itself(world: World, name: str) -> None:
    described = (await world.http.get(f"/.well-known/{name}")).json()

    assert described["issuer"] == ISSUER
    assert described["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert described["authorization_endpoint"] == f"{ISSUER}/oauth/authorize"
    assert described["code_challenge_methods_supported"] == ["S256"]
    assert described["response_types_supported"] == ["code"]
    assert described["authorization_response_iss_parameter_supported"] is True
    assert "HS256" not in described["token_endpoint_auth_signing_alg_values_supported"]


async def test_the_keys_are_public_and_named_by_their_thumbprint(world: World) -> None:
    described = (await world.http.get("/.well-known/oauth-authorization-server")).json()
    (key,) = (await world.http.get(described["jwks_uri"])).json()["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert key["kid"] == world.keys.active().thumbprint()
    assert (key["use"], key["alg"]) == ("sig", "ES256")
