"""Who visits: the dependency that every page of the portal declares, with what it does in the mailbox.

A page that changes something takes its form here and nowhere else: it comes without its session's secret, it
is not taken. An architecture test walks the routes and fails where this marker is missing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from application.documents import UploadedFile
from application.enterprises import EnterpriseMailbox
from domain.actors import Actor
from domain.decisions import Operation, refuse_at_once
from domain.errors import NotAllowed
from identity.errors import InvalidRequest
from identity.forms import read_form
from identity.sessions import Session
from web.pages import Pages
from web.portal import Portal, portal_of
from web.uploads import FormTooLarge, FormUnreadable, read_form_with_files

POSITION_COOKIE: Final = "ebox-position"
_POSITION_SECONDS: Final = 60
_MOST_DIGITS: Final = 18
_READS: Final = frozenset({"GET", "HEAD"})


class NotSignedIn(Exception):
    """Nobody is logged in, or not any more."""


class FormRefused(Exception):
    """The form did not come from a page that we showed in this session."""


@dataclass(frozen=True, slots=True, repr=False)
class Visitor:
    """Somebody who is logged in. `csrf_token` goes into each form; `form` is what came, if one came.

    `at_least` is the position of what they did last: what they are shown should have it. `enterprise` is that
    whose mailbox they are in; `has_choice`: they may look into more than one.
    """

    actor: Actor
    csrf_token: str
    at_least: int | None
    form: Mapping[str, str] = field(default_factory=dict)
    enterprise: EnterpriseMailbox | None = None
    has_choice: bool = False
    files: Sequence[UploadedFile] = ()
    refused: FormTooLarge | None = None

    @property
    def manages(self) -> bool:
        """Whether the profile and the access history of the mailbox are theirs to see."""
        return self.actor.mailbox_id is None or (self.enterprise is not None and self.enterprise.is_managed)

    def close(self) -> None:
        """Give up the files that came with the form. Whoever takes files has to."""
        for file in self.files:
            file.upload.close()


class SignedIn:
    """Turns the browser's session into the visitor who wants to do `operation`, unless they never may."""

    def __init__(self, operation: Operation, *, takes_files: bool = False) -> None:
        self.operation = operation
        self.takes_files = takes_files

    async def __call__(self, request: Request) -> Visitor:
        """The visitor. Raises `NotSignedIn`, `FormRefused`, `NotAllowed`, `Busy`, `Unavailable`."""
        portal = portal_of(request)
        session = await portal.session_of(request)
        if session is None:
            raise NotSignedIn
        actor = await portal.actor_of(session, request.state.request_id)
        if actor is None:
            # Its owner was erased: the login page would take a session that lives on for a login.
            await portal.end_session(request)
            raise NotSignedIn
        visitor = await _visitor(portal, session, actor, _position(request))
        request.state.visitor = visitor
        request.state.operation = self.operation
        refused = refuse_at_once(actor, self.operation)
        if refused is not None:
            raise NotAllowed(refused.reason)
        if request.method in _READS:
            return visitor
        if self.takes_files:
            return await _with_files(portal, request, session, visitor)
        return replace(visitor, form=await own_form(request, session))


async def _visitor(portal: Portal, session: Session, actor: Actor, at_least: int | None) -> Visitor:
    enterprise, has_choice = None, True
    if session.mailbox_id is None:
        has_choice = await portal.enterprises.opens_any(actor.party_id)
    else:
        enterprise = await portal.enterprises.one_of(actor.party_id, session.mailbox_id)
    return Visitor(actor, session.csrf_secret, at_least, enterprise=enterprise, has_choice=has_choice)


async def _with_files(portal: Portal, request: Request, session: Session, visitor: Visitor) -> Visitor:
    """The visitor with the form that came, files included. What was too large is said in `refused`."""
    try:
        came = await read_form_with_files(
            request, portal.spool, file_bytes=portal.max_file_bytes, all_bytes=portal.max_message_bytes
        )
    except FormUnreadable:
        raise FormRefused from None
    except FormTooLarge as error:
        # Nothing of it is used, so that it does not matter whose form it was.
        return replace(visitor, refused=error)
    if not _is_own(came.fields, session):
        came.close()
        raise FormRefused
    return replace(visitor, form=came.fields, files=came.files)


def signed_in(operation: Operation, *, takes_files: bool = False) -> Any:
    """For `Annotated[Visitor, signed_in(Operation.LIST)]`: this page does `operation`, and nobody else's."""
    return Depends(SignedIn(operation, takes_files=takes_files))


async def record_denial(request: Request, error: NotAllowed) -> None:
    """The refusal goes on record, where the visitor was logged in. Called once a refused request."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is not None:
        operation: Operation = request.state.operation
        await portal_of(request).denials.record(
            visitor.actor, operation.value, error.reason, error.mailbox_id
        )


def go_to(pages: Pages, address: str, position: int | None = None) -> Response:
    """After a form: on to a page of ours, which is to show what was done (RFC 9110 §15.4.4)."""
    answer = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    return keep_position(pages, answer, position)


def keep_position(pages: Pages, answer: Response, position: int | None) -> Response:
    """The answer, and the browser's next pages show at least what is at that position of the log."""
    if position:
        pages.set_cookie(answer, POSITION_COOKIE, str(position), seconds=_POSITION_SECONDS)
    return answer


def _position(request: Request) -> int | None:
    said = request.cookies.get(POSITION_COOKIE, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS else None


async def own_form(request: Request, session: Session) -> Mapping[str, str]:
    """The form that came, if it came from a page of this session. Raises `FormRefused`."""
    try:
        form = await read_form(request.headers.get("content-type", ""), request.stream())
    except InvalidRequest:
        raise FormRefused from None
    if not _is_own(form, session):
        raise FormRefused
    return form


def _is_own(form: Mapping[str, str], session: Session) -> bool:
    return hmac.compare_digest(form.get("csrf_token", "").encode(), session.csrf_secret.encode())
