"""The front page: four languages, nothing that runs or loads, and the mails only where there are any."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from web.front import front_router
from web.pages import Pages


def browser(*, shows_mail: bool = False) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(front_router(Pages("https://ebox.test", shows_mail=shows_mail)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://ebox.test")


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("nl", "Uw documenten van de overheid, op één plaats"),
        ("fr", "Vos documents des services publics, en un seul endroit"),
        ("de", "Ihre Behördenpost an einem Ort"),
        ("en", "Your documents from public services, in one place"),
    ],
)
async def test_the_front_page_speaks_four_languages(language: str, title: str) -> None:
    async with browser() as http:
        asked = await http.get("/", params={"lang": language}, headers={"Accept-Language": "xx"})
        preferred = await http.get("/", headers={"Accept-Language": f"xx, {language}-BE;q=0.8"})
    for page in (asked, preferred):
        assert page.status_code == 200
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text
        assert f"<h1>{title}</h1>" in page.text
        for other in ("nl", "fr", "de", "en"):
            assert f'href="/?lang={other}" lang="{other}" hreflang="{other}"' in page.text


async def test_the_front_page_loads_nothing_and_runs_nothing() -> None:
    async with browser(shows_mail=True) as http:
        page = await http.get("/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    for forbidden in ("<script", "src=", "<style", "http://", "https://", "onclick", 'style="'):
        assert forbidden not in page.text.lower(), forbidden


@pytest.mark.parametrize("shows_mail", [True, False])
async def test_the_front_page_leads_to_the_manual_and_to_the_mails_there_are(shows_mail: bool) -> None:
    async with browser(shows_mail=shows_mail) as http:
        page = await http.get("/")
    assert 'href="/docs" hreflang="en"' in page.text
    assert ('href="/demo/mail"' in page.text) is shows_mail


async def test_the_language_that_was_asked_for_is_remembered() -> None:
    async with browser() as http:
        cookie = (await http.get("/", params={"lang": "de"})).headers["set-cookie"].lower()
        again = await http.get("/", headers={"Accept-Language": "fr"})
        nothing = await http.get("/", params={"lang": "xx"})
    assert "secure" in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert again.headers["content-language"] == "de"
    assert "set-cookie" not in nothing.headers


async def test_what_was_asked_for_is_not_repeated_on_the_page() -> None:
    async with browser() as http:
        page = await http.get("/", params={"lang": "<b>81050103522"})
        head = await http.head("/")
    assert "81050103522" not in page.text
    assert head.status_code == 200
