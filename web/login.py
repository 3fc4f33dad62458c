"""The login page: a plain form that works without JavaScript and asks nothing of any other origin.

It serves two kinds of visitors: who comes from an integrating site (the address then names the login that
waits for them), and who wants to read here, in the portal. A form that does not carry what we gave this
browser gets the same page as a login that has expired: there is nothing to be learned from the difference.
"""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from identity.browser import COOKIE_SECONDS
from identity.errors import InvalidRequest, LoginExpired
from identity.mailbox_wishes import Wish
from identity.metadata import LOGIN_PATH, TERMS_PATH
from identity.store import PendingLogin
from web.login_forms import LoginForms, form_targets, own_path, redirect, terms_of
from web.terms import TermsPages
from web.troubles import page_route


class LoginPages:
    """Shows the login page, and takes its form."""

    def __init__(self, forms: LoginForms) -> None:
        self._forms = forms
        self._pages = forms.pages
        self._server = forms.server

    async def show(self, request: Request, login: str = "") -> Response:
        """The page, for the browser in which the login began, or for a login to the portal."""
        if not login:
            return await self._show_own(request)
        try:
            waiting = await self._forms.waiting(request, login)
        except LoginExpired:
            return self._forms.expired(request)
        return await self._page(request, login, waiting, {"login": login})

    async def submit(self, request: Request) -> Response:
        """Log in, or not; on to the terms, to where the visitor came from, or into the portal."""
        try:
            form = await self._forms.read(request)
            if "login" in form:
                return redirect(await self._into_site(request, form["login"], form))
            return await self._into_portal(request, form)
        except (LoginExpired, InvalidRequest):
            return self._forms.expired(request)

    async def _show_own(self, request: Request) -> Response:
        back = own_path(request.query_params.get("next"))
        session = request.cookies.get(self._forms.sessions.cookie_name)
        if await anyio.to_thread.run_sync(self._forms.sessions.find, session) is not None:
            return redirect(back)
        return await self._page(request, "", None, {"next": back})

    async def _page(
        self, request: Request, login: str, waiting: PendingLogin | None, query: Mapping[str, str]
    ) -> Response:
        demo, browser = self._server.demo_logins, self._forms.browser(request)
        wish = _wish(waiting)
        offers = [] if demo is None else await anyio.to_thread.run_sync(demo.offers, wish)
        page = self._pages.show(
            request,
            "login.html",
            query=query,
            form_targets=form_targets(waiting),
            hidden=query,
            form_token=self._forms.token(browser, login),
            offers=offers,
            is_for_own=wish.is_for_own,
        )
        if waiting is None:
            self._pages.set_cookie(page, self._forms.cookie, browser, seconds=COOKIE_SECONDS)
        return page

    async def _into_site(self, request: Request, login: str, form: Mapping[str, str]) -> str:
        """Where the browser goes now."""
        browser = self._forms.browser(request)
        if (await self._forms.waiting(request, login)).is_to_portal:
            raise LoginExpired
        if "cancel" in form:
            return await anyio.to_thread.run_sync(self._server.cancel_login, login, browser)
        choice = form.get("choice", "")
        person = await anyio.to_thread.run_sync(self._server.prove, login, browser, choice)
        if await self._forms.activation.is_due(person):
            return terms_of(login)
        return await anyio.to_thread.run_sync(self._server.complete_login, login, browser)

    async def _into_portal(self, request: Request, form: Mapping[str, str]) -> Response:
        if "cancel" in form:
            return redirect("/")
        if self._server.demo_logins is None:
            raise LoginExpired
        choice, browser = form.get("choice", ""), self._forms.browser(request)
        person = await anyio.to_thread.run_sync(self._server.demo_logins.prove, choice, Wish.ANY)
        if await self._forms.activation.is_due(person):
            await self._forms.sweep()
            begin, waiting = self._server.store.begin_login, PendingLogin.to_portal(person)
            return redirect(terms_of(await anyio.to_thread.run_sync(begin, waiting, browser)))
        return await self._forms.into_portal(request, person, own_path(form.get("next")))


def _wish(waiting: PendingLogin | None) -> Wish:
    """Whose mailboxes are offered: in the portal anybody's, on a site the person's own unless it asks."""
    return Wish.ANY if waiting is None else waiting.wish or Wish.CITIZEN


def login_router(forms: LoginForms) -> APIRouter:
    """`/login` and `/terms`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(forms.pages))
    login, terms = LoginPages(forms), TermsPages(forms)
    for path, show, submit in (
        (LOGIN_PATH, login.show, login.submit),
        (TERMS_PATH, terms.show, terms.submit),
    ):
        router.add_api_route(path, show, methods=["GET"])
        router.add_api_route(path, submit, methods=["POST"])
    return router
