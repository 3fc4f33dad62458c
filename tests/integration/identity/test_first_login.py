"""The first login takes a mailbox into use: the terms come first, for sites and for the portal alike."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from domain.actors import DigitalKey
from identity.ports import ProvenPerson
from identity.tables import logins, sessions
from tests.integration.identity.world import CLI_REDIRECT, SITE_REDIRECT, World, code_in


@pytest.fixture
def newcomer(world: World) -> UUID:
    """An, who has never logged in."""
    party_id = world.people.find_or_create("81050103522")
    world.activations.newcomers.add(party_id)
    return party_id


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


async def terms_page(world: World, answer: httpx.Response) -> httpx.Response:
    """The terms to which a login was sent."""
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/terms?login=")
    return await world.http.get(answer.headers["location"])


async def log_in_to_portal(world: World, choice: str = "an:itsme", **more: str) -> httpx.Response:
    """The answer to the portal's own login form."""
    page = await world.http.get("/login")
    return await world.http.post("/login", data={**hidden_fields(page), "choice": choice, **more})


async def test_whoever_accepts_the_terms_comes_back_to_the_site_with_a_code(
    world: World, newcomer: UUID
) -> None:
    page = await terms_page(world, await world.log_in())
    assert "form-action 'self' http://127.0.0.1:8765;" in page.headers["content-security-policy"]
    assert world.activations.accepted == []

    answer = await world.http.post("/terms", data={**hidden_fields(page), "accept": "yes"})

    assert answer.headers["location"].startswith(CLI_REDIRECT)
    assert world.activations.accepted == [newcomer]
    assert (await world.redeem(code_in(answer))).status_code == 200
    again = await world.http.post("/terms", data={**hidden_fields(page), "accept": "yes"})
    assert again.status_code == 400


async def test_whoever_refuses_the_terms_is_logged_in_nowhere(world: World, newcomer: UUID) -> None:
    page = await terms_page(world, await world.log_in())
    answer = await world.http.post("/terms", data={**hidden_fields(page), "cancel": "yes"})

    back = httpx.URL(answer.headers["location"])
    assert (back.params["error"], back.params["state"]) == ("access_denied", "from-the-client")
    assert world.activations.accepted == []
    assert (await world.http.post("/terms", data={**hidden_fields(page), "accept": "yes"})).status_code == 400


async def test_refusing_in_the_portal_begins_no_session(world: World, newcomer: UUID) -> None:
    page = await terms_page(world, await log_in_to_portal(world))
    answer = await world.http.post("/terms", data={**hidden_fields(page), "cancel": "yes"})

    assert answer.headers["location"] == "/"
    assert "ebox-session" not in world.http.cookies
    assert world.activations.accepted == []


async def test_accepting_in_the_portal_leads_to_the_profile(world: World, newcomer: UUID) -> None:
    page = await terms_page(world, await log_in_to_portal(world))
    answer = await world.http.post("/terms", data={**hidden_fields(page), "accept": "yes"})

    assert answer.headers["location"] == "/profile"
    session = world.sessions.find(world.http.cookies["ebox-session"])
    assert session is not None
    assert (session.party_id, session.digital_key) == (newcomer, DigitalKey.ITSME)


async def test_where_only_the_portal_is_used_what_has_expired_goes_away(world: World, newcomer: UUID) -> None:
    def kept() -> list[int]:
        with world.engine.connect() as connection:
            return [len(connection.execute(select(table)).all()) for table in (logins, sessions)]

    world.sessions.begin(ProvenPerson(newcomer, DigitalKey.ITSME))
    await log_in_to_portal(world)
    assert kept() == [1, 1]

    world.clock.advance(timedelta(hours=9))
    await log_in_to_portal(world)
    assert kept() == [1, 0], "the new login alone"

    world.clock.advance(timedelta(hours=9))
    world.activations.newcomers.clear()
    await log_in_to_portal(world)
    assert kept() == [0, 1], "the new session alone"


async def test_the_terms_are_nobody_elses_to_accept(world: World, newcomer: UUID) -> None:
    page = await terms_page(world, await log_in_to_portal(world))
    stranger = World(world.engine, like=world)
    await stranger.http.get("/login")

    assert (await stranger.http.get(str(page.url))).status_code == 400
    taken = await stranger.http.post("/terms", data={**hidden_fields(page), "accept": "yes"})
    assert taken.status_code == 400
    assert world.activations.accepted == []


async def test_the_terms_cannot_be_met_before_the_digital_key(world: World) -> None:
    fields = hidden_fields(await world.open_login())
    assert (await world.http.get("/terms", params={"login": fields["login"]})).status_code == 400
    assert (await world.http.post("/terms", data={**fields, "accept": "yes"})).status_code == 400


async def test_a_development_token_is_a_login_too(world: World, newcomer: UUID) -> None:
    token = await world.client("demo-site").demo_person_token("an", DigitalKey.EID, SITE_REDIRECT)
    assert token.count(".") == 2
    assert world.activations.accepted == [newcomer]


async def test_a_login_to_the_portal_gives_no_code(world: World, newcomer: UUID) -> None:
    page = await terms_page(world, await log_in_to_portal(world))
    fields = hidden_fields(page)
    assert (await world.http.post("/login", data={**fields, "choice": "an:itsme"})).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.test",
        "https://evil.test",
        "/\\evil.test",
        "/%2f/evil.test",
        "javascript:alert(1)",
        "evil",
        "/",
    ],
)
async def test_a_login_leads_nowhere_but_into_the_portal(world: World, wanted: str) -> None:
    answer = await log_in_to_portal(world, next=wanted)
    assert answer.headers["location"] == "/inbox"


async def test_a_login_leads_back_to_where_it_was_needed(world: World) -> None:
    answer = await log_in_to_portal(world, next="/messages/0a3c5e70-1111-4222-8333-444455556666")
    assert answer.headers["location"] == "/messages/0a3c5e70-1111-4222-8333-444455556666"
