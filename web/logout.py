"""Logging out: by a form, so that no other page can do it to somebody, and a page that says it is done."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.pages import Pages
from web.portal import portal_of
from web.security import POSITION_COOKIE, own_form
from web.troubles import page_route

LOGOUT_PATH: Final = "/logout"


def logout_router(pages: Pages) -> APIRouter:
    """`POST /logout` ends the session; `GET /logout` is where it leads."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.post(LOGOUT_PATH)
    async def log_out(request: Request) -> Response:
        portal = portal_of(request)
        session = await portal.session_of(request)
        if session is not None:
            await own_form(request, session)
            await portal.end_session(request)
        answer = RedirectResponse(LOGOUT_PATH, 303, {"Cache-Control": "no-store"})
        for name in (portal.sessions.cookie_name, POSITION_COOKIE):
            answer.delete_cookie(name, secure=pages.is_secure, httponly=True, samesite="lax")
        return answer

    @router.get(LOGOUT_PATH)
    async def logged_out(request: Request) -> Response:
        if await portal_of(request).session_of(request) is not None:
            return RedirectResponse("/inbox", 303, {"Cache-Control": "no-store"})
        return pages.show(request, "logged_out.html")

    return router
