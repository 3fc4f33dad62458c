"""A site asks whose mailbox it may open; the person chooses, by the roles they hold; the token says what."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import httpx
import pytest

from domain.actors import ActorKind, DigitalKey
from identity.client import LoginFailed
from tests.integration.identity.world import CLI_REDIRECT, SITE_REDIRECT, Enterprise, World, code_in

NUMBER = "0884303369"
ENTERPRISE = {"type": "ebox_mailbox", "eboxType": "enterprise"}
CITIZEN = {"type": "ebox_mailbox", "eboxType": "citizen"}
ANY = {"type": "ebox_mailbox"}


@pytest.fixture
def mailbox(world: World) -> UUID:
    """The mailbox of the enterprise in which An has a role."""
    mailbox_id = uuid4()
    party_id = world.people.find_or_create("81050103522")
    world.roles.of[party_id] = [Enterprise(mailbox_id, NUMBER)]
    return mailbox_id


async def test_an_employees_token_names_the_mailbox_and_no_number(world: World, mailbox: UUID) -> None:
    answer = await world.log_in(f"an:itsme:{NUMBER}", authorization_details=json.dumps([ENTERPRISE]))
    token = (await world.redeem(code_in(answer))).json()
    assert token["authorization_details"] == [{**ENTERPRISE, "mailbox": str(mailbox)}]
    said = await world.validator().validate(f"Bearer {token['access_token']}")
    assert (said.actor_kind, said.mailbox_id) == (ActorKind.EMPLOYEE, mailbox)
    assert said.party_id == world.people.parties["81050103522"]
    assert NUMBER not in str(httpx.URL(answer.headers["location"]))


async def test_a_site_gets_what_the_person_chose(world: World, mailbox: UUID) -> None:
    site = world.client("demo-site")
    token = await site.demo_person_token("an", DigitalKey.EID, SITE_REDIRECT, enterprise=NUMBER)
    said = await world.validator().validate(f"Bearer {token}")
    assert (said.site, said.mailbox_id) == ("demo-site", mailbox)
    own = (await world.redeem(code_in(await world.log_in(authorization_details=json.dumps([ANY]))))).json()
    assert own["authorization_details"] == [CITIZEN]
    said = await world.validator().validate(f"Bearer {own['access_token']}")
    assert (said.actor_kind, said.mailbox_id) == (ActorKind.CITIZEN, None)


@pytest.mark.parametrize(
    ("wish", "own", "theirs"),
    [(None, True, False), (CITIZEN, True, False), (ENTERPRISE, False, True), (ANY, True, True)],
)
async def test_the_login_offers_what_was_asked_for(
    world: World, mailbox: UUID, wish: dict[str, str] | None, own: bool, theirs: bool
) -> None:
    asked = None if wish is None else json.dumps([wish])
    page = await world.open_login(authorization_details=asked)
    assert ('value="an:itsme"' in page.text) is own
    assert (f'value="an:itsme:{NUMBER}"' in page.text) is theirs
    assert ("Luc" in page.text) is own, "who has no role in any enterprise"
    for choice, is_offered in (("an:itsme", own), (f"an:itsme:{NUMBER}", theirs)):
        answer = await world.log_in(choice, authorization_details=asked)
        assert answer.status_code == (303 if is_offered else 400), choice


@pytest.mark.parametrize("number", ["0206731645", "x", ""])
async def test_an_enterprise_without_a_role_cannot_be_chosen(
    world: World, mailbox: UUID, number: str
) -> None:
    answer = await world.log_in(f"an:itsme:{number}", authorization_details=json.dumps([ENTERPRISE]))
    assert answer.status_code == 400
    with pytest.raises(LoginFailed):
        await world.client("demo-cli").demo_person_token(
            "luc", DigitalKey.EIDAS, CLI_REDIRECT, enterprise=NUMBER
        )


@pytest.mark.parametrize(
    "details",
    [
        "{}",
        "[]",
        "not JSON",
        json.dumps([ENTERPRISE, CITIZEN]),
        json.dumps([{"type": "ebox_audit"}]),
        json.dumps([{**ANY, "eboxType": "any"}]),
        json.dumps([{**ANY, "eboxType": None}]),
        json.dumps([{**ANY, "eboxType": ["citizen"]}]),
        json.dumps([{**ENTERPRISE, "enterpriseNumber": NUMBER}]),
    ],
)
async def test_details_that_say_something_else_are_refused(world: World, details: str) -> None:
    answer = await world.authorize(authorization_details=details)
    assert httpx.URL(answer.headers["location"]).params["error"] == "invalid_authorization_details"
