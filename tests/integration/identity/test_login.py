"""People log in through a plain form, and a client gets a code that only it can redeem, once."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from domain.actors import ActorKind, AssuranceLevel, DigitalKey
from identity.assembly import DemoLoginsInProduction, assemble
from identity.client import LoginFailed
from tests.integration.identity.world import (
    AUDIENCE,
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


async def test_a_person_may_say_no(world: World) -> None:
    page = await world.open_login()
    answer = await world.http.post("/login", data={**hidden_fields(page), "cancel": "yes"})

    back = httpx.URL(answer.headers["location"])
    assert (back.params["error"], back.params["state"]) == ("access_denied", "from-the-client")


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the login form, picked apart by hand."""
    fields = {}
    for part in page.text.split('<input type="hidden" name="')[1:]:
        name, _, rest = part.partition('" value="')
        fields[name] = rest.partition('"')[0]
    return fields


async def test_a_form_from_elsewhere_logs_nobody_in(world: World) -> None:
    fields = {**hidden_fields(await world.open_login()), "choice": "an:itsme"}

    without_token = {name: value for name, value in fields.items() if name != "form_token"}
    forgeries = {"no token": without_token, "a wrong token": {**fields, "form_token": "0" * 64}}
    for name, form in forgeries.items():
        answer = await world.http.post("/login", data=form)
        assert (answer.status_code, "location" in answer.headers) == (400, False), name

    cookies = dict(world.http.cookies)
    world.http.cookies.clear()
    assert (await world.http.post("/login", data=fields)).status_code == 400
    assert (await world.http.get("/login", params={"login": fields["login"]})).status_code == 400
    world.http.cookies.update(cookies)
    assert (await world.http.post("/login", data=fields)).status_code == 303


async def test_a_login_waits_ten_minutes_and_is_used_once(world: World) -> None:
    fields = {**hidden_fields(await world.open_login()), "choice": "an:itsme"}
    assert (await world.http.post("/login", data=fields)).status_code == 303
    assert (await world.http.post("/login", data=fields)).status_code == 400

    late = {**hidden_fields(await world.open_login()), "choice": "an:itsme"}
    world.clock.advance(timedelta(minutes=10))
    assert (await world.http.post("/login", data=late)).status_code == 400


async def test_two_tabs_of_one_browser_log_in_side_by_side(world: World) -> None:
    first = hidden_fields(await world.open_login())
    second = hidden_fields(await world.open_login())
    for fields in (first, second):
        answer = await world.http.post("/login", data={**fields, "choice": "an:itsme"})
        assert answer.status_code == 303


async def test_a_digital_key_that_the_person_lacks_does_not_log_in(world: World) -> None:
    assert (await world.log_in("luc:itsme")).status_code == 400


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("nl", "Aanmelden bij eBox"),
        ("fr", "Se connecter à eBox"),
        ("de", "Bei eBox anmelden"),
        ("en", "Log in to eBox"),
    ],
)
async def test_the_login_page_speaks_four_languages(world: World, language: str, title: str) -> None:
    address = (await world.authorize()).headers["location"]
    asked = await world.http.get(f"{address}&lang={language}")
    preferred = await world.http.get(
        address, headers={"accept-language": f"xx, {language}-BE;q=0.8, *;q=0.1"}
    )

    for page in (asked, preferred):
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert f"<h1>{title}</h1>" in page.text
        assert page.headers["content-language"] == language


async def test_the_login_page_loads_nothing_and_runs_nothing(world: World) -> None:
    page = await world.open_login()

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8765;" in policy
    assert "unsafe" not in policy
    for forbidden in ("<script", "src=", "@import", "url(", "http://", "https://", "onclick", 'style="'):
        assert forbidden not in page.text.lower(), forbidden
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_no_number_of_a_person_is_on_the_page_or_in_an_address(world: World) -> None:
    page = await world.open_login()
    answer = await world.log_in()
    seen = page.text + str(page.url) + answer.headers["location"]
    assert not any(person.identifier in seen for person in DEMO_PEOPLE)


async def test_the_browsers_secret_stays_in_the_browser(world: World) -> None:
    cookie = (await world.authorize()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


async def test_production_has_no_demo_login(world: World) -> None:
    production = World(world.engine, is_production=True, like=world)

    assert (await production.authorize()).status_code == 404
    assert (await production.http.get("/login")).status_code == 404
    assert (await production.http.post("/login", data={"choice": "an:itsme"})).status_code == 404
    described = (await production.http.get("/.well-known/oauth-authorization-server")).json()
    assert "authorization_endpoint" not in described
    assert described["grant_types_supported"] == ["client_credentials"]
    assert (await production.client("demo-partner").own_token()).count(".") == 2


async def test_production_refuses_to_start_with_demo_people(world: World) -> None:
    with pytest.raises(DemoLoginsInProduction):
        assemble(
            engine=world.engine,
            keys=world.keys,
            clock=world.clock,
            issuer=ISSUER,
            audience=AUDIENCE,
            clients=world.clients,
            people=world.people,
            demo_people=DEMO_PEOPLE,
            is_production=True,
        )
