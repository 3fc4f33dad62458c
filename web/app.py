"""All pages for people, as routes of the one application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from application.reference import Reference
from domain.clock import Clock
from web.documents import documents_router
from web.front import front_router
from web.history import history_router
from web.history_proofs import history_proofs_router
from web.inbox import inbox_router
from web.login import login_router
from web.login_forms import LoginForms
from web.logout import logout_router
from web.mail import MailSource, mail_router
from web.mailboxes import mailboxes_router
from web.message import message_router
from web.portal import Portal
from web.profile import profile_router
from web.replies import replies_router
from web.static import static_router
from web.troubles import trouble_page

AnswerTo = Callable[[Request, Exception], Awaitable[Response]]


def install(
    app: FastAPI,
    portal: Portal,
    *,
    logins: LoginForms,
    reference: Reference,
    clock: Clock,
    mails: MailSource | None,
) -> None:
    """Add the pages; that of the caught mails where there are any."""
    app.state.portal = portal
    pages = portal.pages
    for router in (
        static_router(),
        front_router(pages),
        login_router(logins),
        logout_router(pages),
        inbox_router(pages, clock),
        message_router(pages),
        replies_router(pages),
        mailboxes_router(pages, logins),
        documents_router(pages),
        profile_router(pages, clock),
        history_router(pages, reference),
        history_proofs_router(pages),
        *(() if mails is None else (mail_router(pages, mails),)),
    ):
        app.include_router(router)
    _tell_browsers_what_is_not_there(app, portal)


def _tell_browsers_what_is_not_there(app: FastAPI, portal: Portal) -> None:
    """An address that nothing answers to gets a page where a page was asked for, else what it got before."""
    otherwise = cast("AnswerTo", app.exception_handlers[HTTPException])

    async def answer(request: Request, error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return trouble_page(portal.pages, request, error)
        return await otherwise(request, error)

    app.add_exception_handler(HTTPException, answer)
