"""People log in through a plain form, and a client gets a code that only it can redeem, once."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from domain.actors import ActorKind, AssuranceLevel, DigitalKey
from identity.client import LoginFailed
from tests.integration.identity.world import (
    CLI_REDIRECT,
    DEMO_PEOPLE,
    ISSUER,
    SITE_REDIRECT,
    VERIFIER,
    World,
    code_in,
)


async def test_a_citizen_logs_in_and_gets_a_token_without_a_national_number(world: World) -> None:
    answer = await world.log_in("an:itsme")
    assert answer.status_code == 303
    back = httpx.URL(answer.headers["location"])
    assert str(back.copy_with(query=None)) == CLI_REDIRECT
    assert (back.params["state"], back.params["iss"]) == ("from-the-client", ISSUER)

    token = (await world.redeem(back.params["code"])).json()["access_token"]
    said = await world.validator().validate(f"Bearer {token}")
    assert said.actor_kind is ActorKind.CITIZEN
    assert said.party_id == world.people.parties["81050103522"]
    assert (said.digital_key, said.assurance_level) == (DigitalKey.ITSME, AssuranceLevel.HIGH)
    assert (said.client_id, said.site) == ("demo-cli", "demo-site")
    assert "81050103522" not in token + repr(said)


async def test_a_weaker_key_gives_a_lower_assurance_level(world: World) -> None:
    token = (await world.redeem(code_in(await world.log_in("an:totp")))).json()["access_token"]
    assert (await world.validator().validate(f"Bearer {token}")).assurance_level is AssuranceLevel.SUBSTANTIAL


async def test_a_citizen_reads_through_the_site_that_sent_them(world: World) -> None:
    token = await world.client("demo-site").demo_person_token("an", DigitalKey.EID, SITE_REDIRECT)

    said = await world.validator().validate(f"Bearer {token}")
    assert (said.actor_kind, said.site, said.client_id) == (ActorKind.CITIZEN, "demo-site", "demo-site")


async def test_the_command_line_logs_a_demo_person_in_through_the_real_form(world: World) -> None:
    token = await world.client("demo-cli").demo_person_token("luc", DigitalKey.EIDAS, CLI_REDIRECT)
    assert (await world.validator().validate(f"Bearer {token}")).digital_key is DigitalKey.EIDAS

    with pytest.raises(LoginFailed):
        await world.client("demo-cli").demo_person_token("nobody", DigitalKey.EID, CLI_REDIRECT)


async def test_the_same_person_is_the_same_party_every_time(world: World) -> None:
    client, validator = world.client("demo-cli"), world.validator()
    tokens = [await client.demo_person_token("an", key, CLI_REDIRECT) for key in DEMO_PEOPLE[0].digital_keys]
    parties = {(await validator.validate(f"Bearer {token}")).party_id for token in tokens}
    assert len(parties) == 1


async def test_a_code_works_once(world: World) -> None:
    code = code_in(await world.log_in())

    assert (await world.redeem(code)).status_code == 200
    again = await world.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_a_code_lives_a_minute(world: World) -> None:
    code = code_in(await world.log_in())
    # The server sweeps now and then not for ten seconds: the code is still in its table when it is too late.
    world.clock.advance(timedelta(seconds=52))
    await world.redeem("another")
    world.clock.advance(timedelta(seconds=9))
    assert (await world.redeem(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "b" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": CLI_REDIRECT + "/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code": "a-guess"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"client_id": None}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
    ],
    ids=str,
)
async def test_a_code_is_worth_nothing_without_the_rest(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    code = code_in(await world.log_in())
    assert (await world.redeem(**{"code": code, **changes})).json()["error"] == error  # type: ignore[arg-type]


async def test_a_failed_attempt_uses_the_code_up(world: World) -> None:
    code = code_in(await world.log_in())
    await world.redeem(code, code_verifier="b" * 43)
    assert (await world.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_code_of_one_client_is_worth_nothing_to_another(world: World) -> None:
    code = code_in(await world.log_in())
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CLI_REDIRECT,
        "code_verifier": VERIFIER,
    }
    assert (await world.ask_token(fields, "demo-site")).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"state": "s" * 1025}, "invalid_request"),
    ],
    ids=["no PKCE", "no digest", "plain", "no method", "implicit", "nothing", "details", "endless state"],
)
async def test_a_bad_authorization_request_goes_back_to_the_client(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    answer = await world.authorize(**changes)

    assert answer.status_code == 303
    back = httpx.URL(answer.headers["location"])
    assert str(back).startswith(CLI_REDIRECT + "?")
    assert (back.params["error"], back.params["iss"]) == (error, ISSUER)
    assert back.params["state"] == changes.get("state", "from-the-client")


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": CLI_REDIRECT + "/more"},
        {"redirect_uri": CLI_REDIRECT.upper()},
        {"redirect_uri": "https://attacker.example/callback"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": "demo-partner"},
        {"client_id": "demo-site"},
    ],
    ids=str,
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    world: World, changes: dict[str, str | None]
) -> None:
    answer = await world.authorize(**changes)
    assert answer.status_code in {400, 401}
    assert "location" not in answer.headers


async def test_an_address_with_a_query_keeps_it(world: World) -> None:
    answer = await world.log_in(client_id="demo-site", redirect_uri=SITE_REDIRECT)
    back = httpx.URL(answer.headers["location"])
    assert (back.params["from"], "code" in back.params) == ("ebox", True)


async def test_a_suspended_client_logs_nobody_in(world: World) -> None:
    code = code_in(await world.log_in())
    world.clients.change("demo-cli", suspended=True)

    assert (await world.authorize()).status_code == 401
    assert (await world.redeem(code)).json()["error"] == "invalid_client"
