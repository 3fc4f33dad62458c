"""`ebox dev token`: an access token for the running instance, through its real token endpoint."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import httpx

from application.demo.people import EMPLOYEE, EMPLOYER, PEOPLE, Person
from application.demo.scopes import APPROVER, AUDITOR, WHOLE_DEMO
from application.demo.secrets import DEMO_FOLDER, private_key_file
from bootstrap.errors import CannotStart
from domain.clock import SystemClock
from identity.client import LoginFailed, OAuthClient
from settings import Settings

CLIENTS = {
    "partner": "demo-partner",
    "site": "demo-site",
    "citizen": "demo-site",
    "employee": "demo-site",
    "auditor": AUDITOR,
}
REDIRECT_URI = "http://127.0.0.1/demo/callback"


def _person(subject: str) -> Person:
    for person in PEOPLE:
        if subject in {person.key, person.number}:
            return person
    raise CannotStart(f"demo people are {', '.join(person.key for person in PEOPLE)}, or their numbers")


async def development_token(
    settings: Settings, role: str, subject: str | None, enterprise: str | None = None
) -> str:
    """A token for the role; `enterprise`: in which one (by number) an employee acts.

    Raises `CannotStart`, saying what to do, where no demo runs.
    """

    async def ask(client: OAuthClient) -> str:
        if role == "citizen":
            person = _person(subject or PEOPLE[0].key)
            return await client.demo_person_token(person.key, person.digital_keys[0], REDIRECT_URI)
        if role == "employee":
            person = _person(subject or EMPLOYEE)
            return await client.demo_person_token(
                person.key, person.digital_keys[0], REDIRECT_URI, enterprise=enterprise or EMPLOYER
            )
        return await client.own_token(WHOLE_DEMO if role == "auditor" else None)

    return await _demo_token(settings, CLIENTS[role], ask)


async def clerk_token(settings: Settings, client_id: str) -> str:
    """A token with which this demo auditor deals with scopes, and looks at nothing. Raises `CannotStart`."""
    if client_id not in (AUDITOR, APPROVER):
        raise CannotStart(f"the demo's auditors are {AUDITOR} and {APPROVER}")
    return await _demo_token(settings, client_id, OAuthClient.own_token)


async def _demo_token(
    settings: Settings, client_id: str, ask: Callable[[OAuthClient], Awaitable[str]]
) -> str:
    if not (settings.is_embedded and settings.demo):
        raise CannotStart("development tokens exist in the embedded mode with its demo people alone")
    key = private_key_file(settings.data_dir / DEMO_FOLDER, client_id)
    if not key.exists():
        raise CannotStart("the demo has not run here yet; start it with `make run` or `ebox run`")
    try:
        async with httpx.AsyncClient() as http:
            private = json.loads(key.read_text())
            return await ask(OAuthClient(http, settings.url, client_id, SystemClock(), private))
    except httpx.TransportError as error:
        raise CannotStart(f"nothing answers at {settings.url}; is `ebox run` running?") from error
    except LoginFailed as error:
        raise CannotStart(str(error)) from error
