"""The terms: what whoever logs in for the first time agrees to, before anything else.

Accepting takes the mailbox into use. Who does not want to is logged in to nothing, and their
mailbox stays as it was: not in use.
"""

from __future__ import annotations

from typing import Final

import anyio.to_thread
from fastapi import Request
from fastapi.responses import Response

from identity.errors import InvalidRequest, LoginExpired
from web.login_forms import LoginForms, form_targets, redirect

_NEXT_PATH: Final = "/profile"
"""Where the portal goes on: it has yet to learn the address to which mails may go."""


class TermsPages:
    """Shows the terms to somebody who has proved who they are, and takes their answer."""

    def __init__(self, forms: LoginForms) -> None:
        self._forms = forms

    async def show(self, request: Request, login: str = "") -> Response:
        """The terms, in plain words."""
        try:
            waiting = await self._forms.waiting(request, login)
        except LoginExpired:
            return self._forms.expired(request)
        if waiting.person is None:
            return self._forms.expired(request)
        return self._forms.pages.show(
            request,
            "terms.html",
            query={"login": login},
            form_targets=form_targets(waiting),
            login_id=login,
            is_enterprise=waiting.person.mailbox_id is not None,
            form_token=self._forms.token(self._forms.browser(request), login),
        )

    async def submit(self, request: Request) -> Response:
        """Take the mailbox into use and go on, or leave."""
        try:
            form = await self._forms.read(request)
            login = form.get("login", "")
            return await (self._accepted if "accept" in form else self._refused)(request, login)
        except (LoginExpired, InvalidRequest):
            return self._forms.expired(request)

    async def _accepted(self, request: Request, login: str) -> Response:
        server, browser = self._forms.server, self._forms.browser(request)
        waiting = await self._forms.waiting(request, login)
        if waiting.person is None:
            raise LoginExpired
        await self._forms.activation.accept_terms(waiting.person)
        if not waiting.is_to_portal:
            return redirect(await anyio.to_thread.run_sync(server.complete_login, login, browser))
        if await anyio.to_thread.run_sync(server.store.end_login, login, browser) is None:
            raise LoginExpired  # somebody sent the form twice at once; the other one is logged in
        return await self._forms.into_portal(request, waiting.person, _NEXT_PATH)

    async def _refused(self, request: Request, login: str) -> Response:
        server, browser = self._forms.server, self._forms.browser(request)
        if not (await self._forms.waiting(request, login)).is_to_portal:
            return redirect(await anyio.to_thread.run_sync(server.cancel_login, login, browser))
        await anyio.to_thread.run_sync(server.store.end_login, login, browser)
        return redirect("/")
