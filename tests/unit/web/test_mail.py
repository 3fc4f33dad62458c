"""The caught mails as a page: in which language each is read out."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from web.mail import mail_router
from web.pages import Pages


@dataclass
class Mail:
    to: str = "an@example.test"
    subject: str = "Nieuw document"
    text: str = "Er is een document voor u."
    headers: dict[str, str] = field(default_factory=dict)


class Mails(list[Mail]):
    def mails(self) -> list[Mail]:
        return self


async def shown(**headers: str) -> str:
    mail = Mail(headers={name.replace("_", "-"): value for name, value in headers.items()})
    app = FastAPI()
    app.include_router(mail_router(Pages("http://ebox.test"), Mails([mail])))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ebox.test") as http:
        return (await http.get("/demo/mail")).text


async def test_a_mail_is_in_the_language_that_it_names() -> None:
    page = await shown(Content_Language="nl")
    assert '<h2 id="subject-1" lang="nl">Nieuw document</h2>' in page
    assert '<pre class="text" lang="nl">' in page


@pytest.mark.parametrize("said", ["", "nl, fr", '"><b>', "dutch please"])
async def test_a_mail_that_names_no_language_is_left_alone(said: str) -> None:
    page = await shown(Content_Language=said)
    assert '<h2 id="subject-1">Nieuw document</h2>' in page
    assert '<pre class="text">' in page
