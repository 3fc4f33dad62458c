"""The login page: a plain form that works without JavaScript and asks nothing of any other origin.

Mounted only where people have a way to log in. A form that does not carry what we gave this browser gets the
same page as a login that has expired: there is nothing to be learned from the difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from identity.authorization_server import AuthorizationServer
from identity.browser import browser_secret, cookie_name, form_token, is_form_token
from identity.demo_logins import DemoLogins
from identity.errors import InvalidRequest, LoginExpired
from identity.forms import read_form
from identity.metadata import LOGIN_PATH
from web.languages import choose_language
from web.login_texts import TEXTS
from web.pages import page

_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*:(//[A-Za-z0-9.\[\]:-]+)?")


class LoginPages:
    """Shows the login page of one authorization server, and takes its form."""

    def __init__(self, server: AuthorizationServer, demo_logins: DemoLogins) -> None:
        self._server = server
        self._demo_logins = demo_logins
        self._cookie = cookie_name(server.issuer)

    async def show(self, request: Request, login: str = "", lang: str | None = None) -> Response:
        """The page, for the browser in which the login began."""
        language = choose_language(lang, request.headers.get("accept-language"))
        browser = self._browser(request)
        try:
            waiting = await anyio.to_thread.run_sync(self._server.waiting_login, login, browser)
        except LoginExpired:
            return _expired(language)
        return _page(
            "login.html",
            language,
            login,
            200,
            _source_of(waiting.redirect_uri),
            login_id=login,
            form_token=form_token(browser, login),
            people=self._demo_logins.people(),
        )

    async def submit(self, request: Request) -> Response:
        """Log in, or not; the browser goes back to the site it came from."""
        accepted = request.headers.get("accept-language")
        browser = self._browser(request)
        try:
            form = await read_form(request.headers.get("content-type", ""), request.stream())
        except InvalidRequest:
            return _expired(choose_language(None, accepted))
        login, language = form.get("login", ""), choose_language(form.get("lang"), accepted)
        if not is_form_token(form.get("form_token", ""), browser, login):
            return _expired(language)
        try:
            location = await anyio.to_thread.run_sync(self._answer, login, browser, form)
        except (LoginExpired, InvalidRequest):
            return _expired(language)
        return RedirectResponse(location, 303, {"Cache-Control": "no-store"})

    def _answer(self, login: str, browser: str, form: Mapping[str, str]) -> str:
        if "cancel" in form:
            return self._server.cancel_login(login, browser)
        return self._server.complete_login(login, browser, form.get("choice", ""))

    def _browser(self, request: Request) -> str:
        return browser_secret(request.cookies.get(self._cookie))


def login_router(server: AuthorizationServer) -> APIRouter:
    """The login page's routes; none where people have no way to log in."""
    router = APIRouter(include_in_schema=False)
    if server.demo_logins is not None:
        pages = LoginPages(server, server.demo_logins)
        router.add_api_route(LOGIN_PATH, pages.show, methods=["GET"])
        router.add_api_route(LOGIN_PATH, pages.submit, methods=["POST"])
    return router


def _expired(language: str) -> HTMLResponse:
    return _page("login_expired.html", language, "", 400, None)


def _page(
    template: str, language: str, login: str, status: int, answers_to: str | None, **values: object
) -> HTMLResponse:
    links = {code: f"{LOGIN_PATH}?{urlencode({'login': login, 'lang': code})}" for code in TEXTS}
    # Browsers hold a form's redirects to form-action too, so the site that gets the code must be in it.
    form_action = "'self'" if answers_to is None else f"'self' {answers_to}"
    texts = TEXTS[language]
    return page(template, language, links, status=status, form_action=form_action, texts=texts, **values)


def _source_of(redirect_uri: str) -> str | None:
    """The address's origin as a CSP source; None where it has none that can be written in a header."""
    parts = urlsplit(redirect_uri)
    source = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    return source if _SOURCE.fullmatch(source) else None
