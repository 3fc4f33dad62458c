"""Whoever has a role in an enterprise chooses whose mailbox to look into: their own, or the enterprise's."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.actors import Actor, ActorKind
from domain.decisions import Operation
from domain.errors import NotAllowed
from identity.browser import COOKIE_SECONDS
from identity.ports import ProvenPerson
from identity.store import PendingLogin
from web.login_forms import LoginForms, redirect, terms_of
from web.pages import Pages
from web.portal import portal_of
from web.security import POSITION_COOKIE, Visitor, go_to, signed_in
from web.troubles import page_route

MAILBOXES_PATH: Final = "/mailboxes"
_OWN: Final = "own"
_INBOX: Final = "/inbox"

ChoosingVisitor = Annotated[Visitor, signed_in(Operation.COUNT)]


def mailboxes_router(pages: Pages, logins: LoginForms) -> APIRouter:
    """`/mailboxes`: all of them by GET; into one of them by POST."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(MAILBOXES_PATH)
    async def mailboxes(request: Request, visitor: ChoosingVisitor) -> Response:
        found = await portal_of(request).my_mailboxes.of(_oneself(visitor.actor), at_least=visitor.at_least)
        return pages.show(
            request, "mailboxes.html", mailboxes=found.mailboxes, current=visitor.actor.mailbox_id
        )

    @router.post(MAILBOXES_PATH)
    async def choose(request: Request, visitor: ChoosingVisitor) -> Response:
        portal, actor = portal_of(request), visitor.actor
        chosen = _mailbox(visitor.form.get("mailbox", ""))
        if chosen is not None and await portal.enterprises.one_of(actor.party_id, chosen) is None:
            raise NotAllowed("no role in this enterprise that allows it", mailbox_id=chosen)
        if actor.digital_key is None:
            raise NotAllowed("no digital key")
        person = ProvenPerson(actor.party_id, actor.digital_key, chosen)
        if await logins.activation.is_due(person):
            return await _to_terms(logins, request, person)
        await portal.go_to_mailbox(request, chosen)
        answer = go_to(pages, _INBOX)
        # A position of one mailbox says nothing about the next one's.
        answer.delete_cookie(POSITION_COOKIE, secure=pages.is_secure, httponly=True, samesite="lax")
        return answer

    return router


async def _to_terms(logins: LoginForms, request: Request, person: ProvenPerson) -> Response:
    """To the terms of a mailbox that is not in use; who accepts them is logged in to it."""
    await logins.sweep()
    browser = logins.browser(request)
    begin, waiting = logins.server.store.begin_login, PendingLogin.to_portal(person)
    answer = redirect(terms_of(await anyio.to_thread.run_sync(begin, waiting, browser)))
    logins.pages.set_cookie(answer, logins.cookie, browser, seconds=COOKIE_SECONDS)
    return answer


def _oneself(actor: Actor) -> Actor:
    """The same person, in no mailbox but their own."""
    return replace(actor, kind=ActorKind.CITIZEN, mailbox_id=None)


def _mailbox(given: str) -> UUID | None:
    """The enterprise's mailbox that was chosen, None for one's own. Raises `NotAllowed` for what is none."""
    if given == _OWN:
        return None
    try:
        return UUID(given)
    except ValueError:
        raise NotAllowed("no such mailbox") from None
