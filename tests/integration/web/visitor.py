"""A person at the portal: follows links, fills in the forms that the pages show, keeps cookies."""

from __future__ import annotations

import re
from typing import Any

import httpx

from application.demo.people import Person
from tests.e2e.caller import announcement, form, with_document
from tests.integration.api.embedded import AN, Embedded

PAGE = {"Accept": "text/html", "Accept-Language": "en"}


class Visitor:
    """One browser at one eBox, without JavaScript."""

    def __init__(self, ebox: Embedded) -> None:
        self.ebox = ebox
        transport = httpx.ASGITransport(ebox.system.app)
        self.http = httpx.AsyncClient(
            transport=transport, base_url=ebox.system.settings.url, headers=PAGE, follow_redirects=True
        )

    async def log_in(self, person: Person = AN, language: str = "en") -> httpx.Response:
        """Through the login page in that language; where one arrives."""
        page = await self.http.get("/login", params={"lang": language})
        return await self.send(page, choice=f"{person.key}:itsme")

    async def send(self, page: httpx.Response, path: str | None = None, **answers: str) -> httpx.Response:
        """Fill in the page's form and send it; the page one arrives at."""
        address = path or page.url.path
        return await self.http.post(address, data={**hidden_fields(page, address), **answers})

    @property
    def session(self) -> str:
        """The cookie that holds the session."""
        return self.http.cookies["ebox-session"]


def hidden_fields(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the page's first form that leads to that address."""
    forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    found = next(body for target, body in forms if target == action)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found))


async def publish(ebox: Embedded, document: bytes | None = None, **more: Any) -> str:
    """Have the partner publish something for An; the message's id, once the portal can show it."""
    message = announcement(**more) if document is None else with_document(**more)
    answer = await ebox.http.post(
        "/messageRegistry/v3/ebox/messages", headers=ebox.as_("partner"), **form(message, document)
    )
    assert answer.status_code == 201, answer.text
    await ebox.caught_up()
    message_id: str = answer.json()["messageId"]
    return message_id
