"""Partners, sites and auditors get tokens by proving that they hold their key."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from domain.actors import ActorKind, AssuranceLevel
from identity.authorization_details import claim_of
from identity.client_keys import new_client_key, public_jwks
from tests.integration.identity.world import (
    AUDIENCE,
    GRANTED,
    ISSUER,
    MAILBOX,
    NOON,
    PRIVATE_KEYS,
    SCOPE,
    World,
)

CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


async def test_a_partner_gets_a_token_for_its_registered_organisation(world: World) -> None:
    token = await world.client("demo-partner").own_token()

    said = await world.validator().validate(f"Bearer {token}")
    assert (said.actor_kind, said.organisation) == (ActorKind.PARTNER, "0206731645")
    assert (said.subject, said.client_id, said.party_id) == ("demo-partner", "demo-partner", None)
    assert said.expires_at == NOON + timedelta(minutes=5)


async def test_a_token_has_the_form_of_rfc_9068(world: World) -> None:
    answer = await world.ask_token(CLIENT_CREDENTIALS, "demo-partner")

    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    token = jwt.decode(body["access_token"], world.keys.active(), algorithms=["ES256"])
    assert token.header == {"typ": "at+jwt", "alg": "ES256", "kid": world.keys.active().thumbprint()}
    assert set(token.claims) == {
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "actor_kind", "organisation",
    }  # fmt: skip
    assert (token.claims["iss"], token.claims["aud"]) == (ISSUER, AUDIENCE)


async def test_a_site_acts_as_itself(world: World) -> None:
    said = await world.validator().validate(f"Bearer {await world.client('demo-site').own_token()}")

    assert (said.actor_kind, said.subject, said.site) == (ActorKind.SITE, "demo-site", None)


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/oauth/token", [ISSUER]])
async def test_an_assertion_may_name_the_issuer_or_the_token_endpoint(world: World, audience: Any) -> None:
    proof = world.proof(world.assertion(aud=audience))
    assert (await world.ask_token({**CLIENT_CREDENTIALS, **proof})).status_code == 200


AT_NOON = int(NOON.timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": AT_NOON}, id="expired"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"exp": AT_NOON + 331}, id="valid for more than five minutes"),
        pytest.param({"exp": float("nan")}, id="expires at no number"),
        pytest.param({"exp": True}, id="expires at a truth value"),
        pytest.param({"nbf": AT_NOON + 60}, id="not yet valid"),
        pytest.param({"iat": AT_NOON + 60}, id="made in the future"),
        pytest.param({"aud": "https://elsewhere.example"}, id="for another server"),
        pytest.param({"aud": [ISSUER, "https://elsewhere.example"]}, id="for another server too"),
        pytest.param({"aud": []}, id="for nobody"),
        pytest.param({"aud": None}, id="without audience"),
        pytest.param({"iss": "demo-site"}, id="issued by another"),
        pytest.param({"iss": None}, id="without issuer"),
        pytest.param({"sub": "demo-site"}, id="about another"),
        pytest.param({"sub": "nobody"}, id="about nobody"),
        pytest.param({"sub": "\ud800"}, id="about something that is not text"),
        pytest.param({"jti": None}, id="without jti"),
        pytest.param({"jti": "x" * 257}, id="with an endless jti"),
        pytest.param({"jti": "\ud800"}, id="with a jti that is not text"),
    ],
)
async def test_an_unsound_assertion_proves_nothing(world: World, claims: dict[str, Any]) -> None:
    answer = await world.ask_token({**CLIENT_CREDENTIALS, **world.proof(world.assertion(**claims))})

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "www-authenticate" in answer.headers


async def test_an_assertion_works_once(world: World) -> None:
    proof = world.proof(world.assertion())
    first = await world.ask_token({**CLIENT_CREDENTIALS, **proof})
    again = await world.ask_token({**CLIENT_CREDENTIALS, **proof})

    assert first.status_code == 200
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


async def test_a_jti_of_one_client_is_not_used_up_by_another(world: World) -> None:
    partner = world.proof(world.assertion("demo-partner", jti="1"))
    site = world.proof(world.assertion("demo-site", jti="1"))

    assert (await world.ask_token({**CLIENT_CREDENTIALS, **partner})).status_code == 200
    assert (await world.ask_token({**CLIENT_CREDENTIALS, **site})).status_code == 200


def signed(header: dict[str, Any], key: Any, algorithms: list[str]) -> str:
    claims = {"iss": "demo-partner", "sub": "demo-partner", "aud": ISSUER, "exp": AT_NOON + 60, "jti": "1"}
    return jwt.encode(header, claims, key, algorithms=algorithms)


async def test_only_the_registered_key_and_our_algorithms_prove_a_client(world: World) -> None:
    private = PRIVATE_KEYS["demo-partner"]
    public_text = json.dumps(public_jwks(private)["keys"][0])
    stranger = ECKey.import_key(new_client_key())
    secret = OctKey.import_key(public_text)
    forgeries = {
        "another key": signed({"alg": "ES256", "kid": private["kid"]}, stranger, ["ES256"]),
        "a key in the header": signed(
            {"alg": "ES256", "jwk": stranger.as_dict(private=False)}, stranger, ["ES256"]
        ),
        "an unknown kid": signed({"alg": "ES256", "kid": "?"}, ECKey.import_key(private), ["ES256"]),
        "the public key as a secret": signed({"alg": "HS256", "kid": private["kid"]}, secret, ["HS256"]),
        "a token's type": signed(
            {"alg": "ES256", "kid": private["kid"], "typ": "at+jwt"}, ECKey.import_key(private), ["ES256"]
        ),
        "no token": "not.a.token",
        "deep JSON": "W" + "1tb" * 4000 + ".e30.e30",
    }
    for name, assertion in forgeries.items():
        answer = await world.ask_token({**CLIENT_CREDENTIALS, **world.proof(assertion)})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name


async def test_unknown_suspended_and_forging_clients_hear_the_same(world: World) -> None:
    forged = world.proof(world.assertion(client_id="demo-site", sub="demo-partner"))
    unknown = world.proof(world.assertion(sub="nobody"))
    suspended = world.proof(world.assertion("demo-auditor-1"))
    world.clients.change("demo-auditor-1", suspended=True)

    answers = {
        (await world.ask_token({**CLIENT_CREDENTIALS, **proof})).text
        for proof in (forged, unknown, suspended)
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unauthorized_client"),
        ({**CLIENT_CREDENTIALS, "client_id": "demo-site"}, "invalid_client"),
        ({**CLIENT_CREDENTIALS, "authorization_details": "[]"}, "invalid_authorization_details"),
    ],
)
async def test_a_partner_gets_one_grant_and_nothing_more(
    world: World, fields: dict[str, str], error: str
) -> None:
    assert (await world.ask_token(fields, "demo-partner")).json()["error"] == error


async def test_a_public_client_gets_no_token_of_its_own(world: World) -> None:
    answer = await world.ask_token({**CLIENT_CREDENTIALS, "client_id": "demo-cli"})
    assert answer.json()["error"] == "unauthorized_client"


async def test_a_confidential_client_cannot_pass_for_a_public_one(world: World) -> None:
    answer = await world.ask_token({**CLIENT_CREDENTIALS, "client_id": "demo-partner"})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_repeated_parameter_is_refused(world: World) -> None:
    answer = await world.http.post(
        "/oauth/token",
        content="grant_type=client_credentials&grant_type=client_credentials",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{}", "application/json"),
        (b"a=" + b"b" * 200_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=b" % n for n in range(60)), "application/x-www-form-urlencoded"),
        (b"grant_type=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"grant_type=%00", "application/x-www-form-urlencoded"),
    ],
    ids=["json", "too large", "too many fields", "not text", "a null character"],
)
async def test_what_is_not_a_form_is_refused(world: World, content: bytes, content_type: str) -> None:
    answer = await world.http.post("/oauth/token", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_an_auditor_gets_what_it_was_granted(world: World) -> None:
    answer = await world.ask_token(
        {**CLIENT_CREDENTIALS, "authorization_details": json.dumps(claim_of(GRANTED))}, "demo-auditor-1"
    )

    assert answer.json()["authorization_details"] == [
        {
            "type": "ebox_audit",
            "case": "2026/17",
            "purpose": "complaint",
            "subject": [str(MAILBOX)],
            "period": {"from": "2026-01-01T00:00:00+00:00", "to": "2026-02-01T00:00:00+00:00"},
            "scope": str(SCOPE),
        }
    ]
    said = await world.validator().validate(f"Bearer {answer.json()['access_token']}")
    assert (said.actor_kind, said.audit_scope) == (ActorKind.AUDITOR, replace(GRANTED, id=SCOPE))
    assert said.assurance_level is AssuranceLevel.HIGH


@pytest.mark.parametrize(
    "change",
    [
        {"case": "2026/18"},
        {"purpose": "curiosity"},
        {"subject": "*"},
        {"subject": [str(MAILBOX), str(uuid4())]},
        {"period": {"from": "2025-12-31T23:59:59Z", "to": "2026-02-01T00:00:00Z"}},
        {"period": {"from": "2026-01-01T00:00:00Z"}},
        {"period": None},
        {"type": "ebox_mailbox"},
        {"also": "this"},
        {"scope": str(uuid4())},
        {"scope": "the other one"},
    ],
    ids=str,
)
async def test_an_auditor_gets_nothing_beyond_its_grant(world: World, change: dict[str, Any]) -> None:
    details = json.dumps([{**claim_of(GRANTED)[0], **change}])
    answer = await world.ask_token({**CLIENT_CREDENTIALS, "authorization_details": details}, "demo-auditor-1")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details")


async def test_an_auditor_who_says_not_what_for_gets_a_token_that_looks_at_nothing(world: World) -> None:
    answer = await world.ask_token(CLIENT_CREDENTIALS, "demo-auditor-1")
    said = await world.validator().validate(f"Bearer {answer.json()['access_token']}")
    assert (said.actor_kind, said.audit_scope) == (ActorKind.AUDITOR, None)
    assert said.assurance_level is AssuranceLevel.HIGH


async def test_what_is_granted_but_no_other_auditor_approved_is_refused_saying_what_to_do(
    world: World,
) -> None:
    world.approved.scope = None
    details = json.dumps(claim_of(GRANTED))
    answer = await world.ask_token({**CLIENT_CREDENTIALS, "authorization_details": details}, "demo-auditor-1")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_authorization_details")
    assert "POST /audit/scopes" in answer.json()["error_description"]


async def test_an_auditor_may_ask_for_less(world: World) -> None:
    details = [
        {
            **claim_of(GRANTED)[0],
            "period": {"from": "2026-01-05T00:00:00+01:00", "to": "2026-01-06T00:00:00Z"},
        }
    ]
    answer = await world.ask_token(
        {**CLIENT_CREDENTIALS, "authorization_details": json.dumps(details)}, "demo-auditor-1"
    )

    said = await world.validator().validate(f"Bearer {answer.json()['access_token']}")
    assert said.audit_scope is not None
    assert said.audit_scope.start == datetime(2026, 1, 4, 23, tzinfo=UTC)
