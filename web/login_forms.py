"""What the steps of a login share: the browser it belongs to, its forms, its end, and where it may lead."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import anyio.to_thread
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from identity.authorization_server import AuthorizationServer
from identity.browser import browser_secret, cookie_name, form_token, is_form_token
from identity.errors import LoginExpired
from identity.forms import read_form
from identity.metadata import TERMS_PATH
from identity.ports import Activation, ProvenPerson
from identity.sessions import Session, Sessions
from identity.store import PendingLogin
from web.pages import LANGUAGE_COOKIE, Pages

_SOURCE = re.compile(r"[a-z][a-z0-9+.-]*:(//[A-Za-z0-9.\[\]:-]+)?")
_OWN_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/-]*")
"""Where a login may lead in the portal: never to another host, however a browser reads it."""

_FIRST_PATH: Final = "/inbox"

PreferredLanguage = Callable[[Session, UUID], Awaitable[str | None]]
"""The language that the owner of a session chose, if they did; for the request of that id."""


@dataclass(frozen=True, slots=True)
class LoginForms:
    """One authorization server's logins, and the portal's."""

    pages: Pages
    server: AuthorizationServer
    sessions: Sessions
    activation: Activation
    language_of: PreferredLanguage

    @property
    def cookie(self) -> str:
        """The name of the cookie that ties a login to its browser."""
        return cookie_name(self.server.issuer)

    def browser(self, request: Request) -> str:
        """The secret of this browser; a new one where it has none."""
        return browser_secret(request.cookies.get(self.cookie))

    def token(self, browser: str, login: str) -> str:
        """What the form of this login must carry."""
        return form_token(browser, login)

    async def read(self, request: Request) -> Mapping[str, str]:
        """The form that this browser was shown. Raises `LoginExpired` for any other, `InvalidRequest`."""
        form = await read_form(request.headers.get("content-type", ""), request.stream())
        token, browser = form.get("form_token", ""), self.browser(request)
        if not is_form_token(token, browser, form.get("login", "")):
            raise LoginExpired
        return form

    async def waiting(self, request: Request, login: str) -> PendingLogin:
        """The login that waits for this browser. Raises `LoginExpired`."""
        return await anyio.to_thread.run_sync(self.server.waiting_login, login, self.browser(request))

    def expired(self, request: Request) -> Response:
        """The answer to a login that is no (longer) good."""
        return self.pages.show(request, "login_expired.html", status=400)

    async def sweep(self) -> None:
        """Remove what has expired, if that is due: where only the portal is used, nobody else does."""
        await anyio.to_thread.run_sync(self.server.store.sweep_if_due)

    async def into_portal(self, request: Request, person: ProvenPerson, address: str) -> Response:
        """Begin a session, and go on to that page of ours."""
        await self.sweep()
        # A session that this browser had ends, so that nobody goes on under somebody else's.
        before = request.cookies.get(self.sessions.cookie_name)
        await anyio.to_thread.run_sync(self.sessions.end, before)
        secret, session = await anyio.to_thread.run_sync(self.sessions.begin, person)
        answer = redirect(address)
        self.pages.set_cookie(answer, self.sessions.cookie_name, secret)
        if LANGUAGE_COOKIE not in request.cookies:
            language = await self.language_of(session, request.state.request_id)
            if language is not None:
                self.pages.remember_language(answer, language)
        return answer


def own_path(wanted: str | None) -> str:
    """The page of ours that was asked for, or the inbox."""
    return wanted if wanted is not None and _OWN_PATH.fullmatch(wanted) else _FIRST_PATH


def terms_of(login: str) -> str:
    """Where this login goes on at a first login."""
    return f"{TERMS_PATH}?{urlencode({'login': login})}"


def redirect(address: str) -> RedirectResponse:
    """After a form: on to that address, which nobody on the way keeps."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def form_targets(login: PendingLogin | None) -> str:
    """Where the form may lead: browsers hold a form's redirects to form-action too, so the site that gets
    the code must be in it.
    """
    source = _source_of(login.redirect_uri) if login is not None else None
    return "'self'" if source is None else f"'self' {source}"


def _source_of(redirect_uri: str) -> str | None:
    """The address's origin as a CSP source; None where it has none that can be written in a header."""
    parts = urlsplit(redirect_uri)
    source = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    return source if _SOURCE.fullmatch(source) else None
