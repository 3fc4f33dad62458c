"""The login page: who may post its form, what it shows, and where it is absent."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from identity.assembly import DemoLoginsInProduction, assemble
from identity.browser import form_token
from tests.integration.identity.world import (
    AUDIENCE,
    DEMO_PEOPLE,
    ISSUER,
    World,
)


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


async def test_who_one_can_be_is_read_out_in_the_language_it_is_written_in(world: World) -> None:
    page = await world.open_login()
    for person in DEMO_PEOPLE:
        assert f'<legend lang="en">{person.label}</legend>' in page.text


async def test_the_login_page_loads_nothing_and_runs_nothing(world: World) -> None:
    page = await world.open_login()

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8765;" in policy
    assert "unsafe" not in policy
    for forbidden in ("<script", "src=", "<style", "http://", "https://", "onclick", 'style="'):
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
    page = await production.http.get("/login", headers={"accept-language": "en"})
    assert "no digital key has been set up" in page.text
    assert 'name="choice"' not in page.text
    token = form_token(production.http.cookies["ebox-login"], "")
    forced = {"form_token": token, "choice": "an:itsme"}
    assert (await production.http.post("/login", data=forced)).status_code == 400
    assert production.people.parties == {}
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
            enterprises=world.roles,
            scopes=world.approved,
            demo_people=DEMO_PEOPLE,
            is_production=True,
        )


async def test_a_person_may_say_no(world: World) -> None:
    page = await world.open_login()
    answer = await world.http.post("/login", data={**hidden_fields(page), "cancel": "yes"})

    back = httpx.URL(answer.headers["location"])
    assert (back.params["error"], back.params["state"]) == ("access_denied", "from-the-client")
