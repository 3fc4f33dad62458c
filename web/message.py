"""One message: who sent it, what it says, its documents, and what its owner may do with it."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from application.views import MessageView
from domain.decisions import Operation
from web.documents import is_shown
from web.inbox import CHANGES, INBOX_PATH
from web.languages import spoken
from web.pages import Pages, language_of
from web.payments import Payment, payment_of
from web.portal import portal_of
from web.security import Visitor, go_to, keep_position, signed_in
from web.troubles import page_route

MESSAGE_PATH: Final = "/messages/{message_id}"
CONFIRM_PATH: Final = f"{MESSAGE_PATH}/confirm"

_DONE: Final = frozenset({"confirm", "reply"})


def message_router(pages: Pages) -> APIRouter:
    """`/messages/{id}`: the message by GET; put away, hidden or brought back by POST; and confirmed."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(MESSAGE_PATH)
    async def message(
        request: Request,
        message_id: UUID,
        visitor: Annotated[Visitor, signed_in(Operation.READ)],
        done: str = "",
    ) -> Response:
        reading = portal_of(request).reading
        view = await reading.message(visitor.actor, message_id, at_least=visitor.at_least)
        body = await reading.body(visitor.actor, message_id) if view.message.has_body else None
        page = pages.show(
            request,
            "message.html",
            message=view.message,
            body=body.texts if body else None,
            done=done if done in _DONE else "",
            payment=_payment(view, language_of(request)),
            documents=[(one, is_shown(one.media_type)) for one in view.message.attachments],
            **_names(view),
        )
        # The inbox is to show it as read, where reading the body opened it.
        return keep_position(pages, page, body.position if body else None)

    @router.post(MESSAGE_PATH)
    async def put_away(
        request: Request, message_id: UUID, visitor: Annotated[Visitor, signed_in(Operation.CHANGE)]
    ) -> Response:
        change = visitor.form.get("change", "")
        if change not in CHANGES:
            return go_to(pages, INBOX_PATH)
        is_visible, is_archived = CHANGES[change]
        position = await portal_of(request).reading.change(
            visitor.actor, [message_id], is_visible=is_visible, is_archived=is_archived
        )
        return go_to(pages, f"{INBOX_PATH}?done={change}", position)

    @router.post(CONFIRM_PATH)
    async def confirm(
        request: Request, message_id: UUID, visitor: Annotated[Visitor, signed_in(Operation.CONFIRM)]
    ) -> Response:
        done = await portal_of(request).aftermath.confirm(visitor.actor, message_id)
        return go_to(pages, f"/messages/{message_id}?done=confirm", done.position)

    return router


def _payment(view: MessageView, language: str) -> Payment | None:
    if view.message.payment is None:
        return None
    payee = view.reference.organisations.get(view.message.sender_organisation)
    found = spoken(payee.name if payee else {}, language)
    return payment_of(view.message.payment, found[1] if found else "")


def _names(view: MessageView) -> dict[str, Any]:
    message, reference = view.message, view.reference
    sender = reference.organisations.get(message.sender_organisation)
    behalf = reference.organisations.get(message.on_behalf_of or "")
    kind = reference.message_types.get(message.message_type)
    return {
        "sender": sender.name if sender else {},
        "behalf": behalf.name if behalf else {},
        "kind": kind.name if kind else {},
    }
