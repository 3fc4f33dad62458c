"""The API believes our own tokens and those of trusted issuers, and nothing that only looks like one."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey

from domain.actors import DigitalKey
from identity import access_tokens
from identity.client_keys import new_client_key
from identity.errors import TokenMissing, TokenRefused
from tests.integration.identity.world import AUDIENCE, CLI_REDIRECT, ISSUER, NOON, World

AT_NOON = int(NOON.timestamp())
SOUND = {
    "iss": ISSUER,
    "sub": "demo-partner",
    "aud": AUDIENCE,
    "iat": AT_NOON,
    "nbf": AT_NOON,
    "exp": AT_NOON + 300,
    "jti": "1",
    "client_id": "demo-partner",
    "actor_kind": "partner",
    "organisation": "0206731645",
}


def forge(
    world: World,
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    key: Any = None,
) -> str:
    """A token signed by our own key, with some claims and header fields changed; None leaves one out."""
    own = world.keys.active()
    sound_header = {"alg": "ES256", "typ": "at+jwt", "kid": own.thumbprint()}
    changed = {name: value for name, value in {**SOUND, **(claims or {})}.items() if value is not None}
    fields = {name: value for name, value in {**sound_header, **(header or {})}.items() if value is not None}
    return jws.serialize_compact(fields, json.dumps(changed), key or own, algorithms=[fields["alg"]])


def unsigned(header: dict[str, Any]) -> str:
    """A token without a signature."""
    return ".".join((*(base64url(json.dumps(part).encode()) for part in (header, SOUND)), ""))


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def reason(world: World, token: str) -> str:
    """Why the token is refused; fails the test if it is believed."""
    with pytest.raises(TokenRefused) as refusal:
        await world.validator().validate(f"Bearer {token}")
    assert refusal.value.error == "invalid_token"
    return refusal.value.reason


async def test_the_unchanged_token_is_believed(world: World) -> None:
    said = await world.validator().validate(f"Bearer {forge(world)}")
    assert said.organisation == "0206731645"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "https://elsewhere.example"}, "wrong audience"),
        ({"aud": None}, "wrong audience"),
        ({"aud": {"in": AUDIENCE}}, "wrong audience"),
        ({"iss": "https://elsewhere.example"}, "wrong issuer"),
        ({"iss": None}, "wrong issuer"),
        ({"iss": [ISSUER]}, "wrong issuer"),
        ({"exp": AT_NOON}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "tomorrow"}, "expired"),
        ({"exp": float("nan")}, "expired"),
        ({"exp": float("inf")}, "expired"),
        ({"exp": AT_NOON + 3600}, "lives too long"),
        ({"nbf": AT_NOON + 31}, "not yet valid"),
        ({"nbf": "tomorrow"}, "not yet valid"),
        ({"cnf": {"jkt": "x"}}, "bound to a key that is not proved"),
        ({"actor_kind": "king"}, "malformed claims"),
        ({"actor_kind": None}, "malformed claims"),
        ({"actor_kind": "citizen"}, "malformed claims"),
        ({"actor_kind": "auditor", "authorization_details": []}, "malformed claims"),
        ({"client_id": None}, "malformed claims"),
        ({"sub": 7}, "malformed claims"),
        ({"acr": "divine"}, "malformed claims"),
    ],
    ids=str,
)
async def test_a_token_that_says_the_wrong_thing_is_refused(
    world: World, claims: dict[str, Any], why: str
) -> None:
    assert await reason(world, forge(world, claims)) == why


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ({"typ": "JWT"}, "wrong type"),
        ({"typ": None}, "wrong type"),
        ({"kid": None}, "no kid"),
        ({"kid": "somebody-elses"}, "unknown kid"),
    ],
    ids=str,
)
async def test_a_token_with_the_wrong_header_is_refused(
    world: World, header: dict[str, Any], why: str
) -> None:
    assert await reason(world, forge(world, header=header)) == why


async def test_a_token_of_another_algorithm_is_refused(world: World) -> None:
    own = world.keys.active()
    pem = own.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = json.dumps(own.as_dict(private=False))
    for secret in (pem, jwk.encode()):
        signing_input = unsigned({"alg": "HS256", "typ": "at+jwt", "kid": own.thumbprint()}).rstrip(".")
        token = f"{signing_input}.{base64url(hmac.digest(secret, signing_input.encode(), 'sha256'))}"
        assert await reason(world, token) == "wrong algorithm"

    for alg in ("none", "None", "NONE"):
        header = {"alg": alg, "typ": "at+jwt", "kid": own.thumbprint()}
        assert await reason(world, unsigned(header)) == "wrong algorithm"
    without_signature = unsigned({"alg": "ES256", "typ": "at+jwt", "kid": own.thumbprint()})
    assert (await reason(world, without_signature)).startswith("signature")


async def test_a_tampered_token_is_refused(world: World) -> None:
    header, payload, signature = forge(world).split(".")
    richer = base64url(json.dumps({**SOUND, "organisation": "0884303369"}).encode())
    other_signature = ("A" if signature[0] != "A" else "B") + signature[1:]

    for token in (
        f"{header}.{richer}.{signature}",
        f"{header}.{payload}.{other_signature}",
        f"{header}.{payload}.",
    ):
        assert (await reason(world, token)).startswith("signature")


async def test_a_token_signed_by_a_strangers_key_is_refused(world: World) -> None:
    stranger = ECKey.import_key(new_client_key())
    assert (await reason(world, forge(world, key=stranger))).startswith("signature")
    own_key_inside = {"jwk": stranger.as_dict(private=False), "kid": stranger.thumbprint()}
    assert await reason(world, forge(world, header=own_key_inside, key=stranger)) == "unknown kid"


async def test_a_critical_extension_is_refused(world: World) -> None:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "?", "crit": ["b64"], "b64": False}
    assert await reason(world, unsigned(header)) == "unknown critical extension"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b",
        "a.b.c.d",
        "...",
        "é.é.é",
        "e30.e30.e30",
        "W10.e30.AA",
        "A" * 20_000,
        "W1tb" * 4000 + ".e30.AA",
    ],
    ids=["word", "two", "four", "dots", "accents", "empty", "a list", "endless", "deep"],
)
async def test_what_is_no_token_is_refused(world: World, token: str) -> None:
    await reason(world, token)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "DPoP abc"])
async def test_no_bearer_token_is_a_challenge_without_an_error(
    world: World, authorization: str | None
) -> None:
    with pytest.raises(TokenMissing) as refusal:
        await world.validator().validate(authorization)
    assert refusal.value.error is None


async def test_a_remembered_token_still_expires(world: World) -> None:
    validator, token = world.validator(), forge(world)
    first = await validator.validate(f"Bearer {token}")
    world.clock.advance(timedelta(seconds=299))
    assert await validator.validate(f"bearer {token}") is first

    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenRefused, match="expired"):
        await validator.validate(f"Bearer {token}")


async def test_the_memory_of_tokens_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_tokens, "REMEMBERED_TOKENS", 3)
    validator = world.validator()
    tokens = [forge(world, {"jti": str(number)}) for number in range(5)]
    said = [await validator.validate(f"Bearer {token}") for token in tokens]

    assert await validator.validate(f"Bearer {tokens[4]}") is said[4]
    assert await validator.validate(f"Bearer {tokens[0]}") is not said[0]


async def test_a_token_names_itself_by_its_digest(world: World) -> None:
    client = world.client("demo-cli")
    one = await client.demo_person_token("an", DigitalKey.ITSME, CLI_REDIRECT)
    two = await client.demo_person_token("an", DigitalKey.ITSME, CLI_REDIRECT)
    validator = world.validator()

    digests = {(await validator.validate(f"Bearer {token}")).token_sha256 for token in (one, two)}
    assert len(digests) == 2
    assert all(len(digest) == 64 for digest in digests)
