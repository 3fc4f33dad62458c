"""After a publication: its sender asks what became of it and takes it back, its reader confirms it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import json_body, receive_json
from api.parameters import MailboxChoice, MessageId, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas.aftermath import (
    ConfirmationAnswer,
    Statuses,
    StatusSearch,
    TakeBack,
    TakenBackAnswer,
    confirmation_answer,
    statuses_answer,
    taken_back_answer,
)
from api.schemas.messages import PREFIX
from api.schemas.recipients import identifier_of
from api.security import guarded
from api.services import Services, services_of
from domain.actors import Actor
from domain.decisions import Operation
from domain.identifiers import Identifier

router = APIRouter(prefix=PREFIX, route_class=StrictRoute)

_BODY_BYTES: Final = 32 * 1024
_BODY_PROBLEMS: Final = (kinds.REQUEST_TIMEOUT, kinds.PAYLOAD_TOO_LARGE, kinds.UNSUPPORTED_MEDIA_TYPE)
_TAKEN_BACK: Final[dict[int | str, dict[str, Any]]] = described(
    200, TakenBackAnswer, kinds.NOT_FOUND, kinds.CONFLICT, *_BODY_PROBLEMS, headers=POSITION_HEADER
)


@router.post(
    "/ebox/messages/status/search",
    tags=["publish"],
    summary="Ask how messages stand",
    responses=described(200, Statuses, *_BODY_PROBLEMS),
    openapi_extra=json_body(StatusSearch),
)
async def search_statuses(actor: Annotated[Actor, guarded(Operation.STATUS)], request: Request) -> Response:
    """Of each message and recipient: read, visible, expired, notified, confirmed. Never what it says."""
    services = services_of(request)
    search = await receive_json(request, StatusSearch, services.uploads.pace, _BODY_BYTES)
    found = await services.statuses.of(actor, search.asked())
    return json_answer(statuses_answer(search, found))


@router.post(
    "/ebox/messages/{messageId}/withdraw",
    tags=["publish"],
    summary="Withdraw a message",
    responses=_TAKEN_BACK,
    openapi_extra=json_body(TakeBack),
)
async def withdraw(
    actor: Annotated[Actor, guarded(Operation.WITHDRAW)], request: Request, message_id: MessageId
) -> Response:
    """Take it back before it is opened: it is as if it had never been there. Once opened: 409."""
    services = services_of(request)
    asked, recipient = await _take_back(request, services)
    done = await services.aftermath.withdraw(actor, message_id, reason=asked.reason, recipient=recipient)
    return json_answer(taken_back_answer(message_id, done), position=done.position)


@router.post(
    "/ebox/messages/{messageId}/recall",
    tags=["publish"],
    summary="Recall a message from a wrong mailbox",
    responses=_TAKEN_BACK,
    openapi_extra=json_body(TakeBack),
)
async def recall(
    actor: Annotated[Actor, guarded(Operation.RECALL)], request: Request, message_id: MessageId
) -> Response:
    """It went to the wrong mailbox: what it holds is withheld from now on, and its reader told so."""
    services = services_of(request)
    asked, recipient = await _take_back(request, services)
    done = await services.aftermath.recall(actor, message_id, reason=asked.reason, recipient=recipient)
    return json_answer(taken_back_answer(message_id, done), position=done.position)


@router.post(
    "/ebox/messages/{messageId}/confirm",
    tags=["consult"],
    summary="Confirm a message",
    responses=described(
        200, ConfirmationAnswer, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def confirm(
    actor: Annotated[Actor, guarded(Operation.CONFIRM)],
    request: Request,
    message_id: MessageId,
    mailbox: MailboxChoice = None,
) -> Response:
    """Confirm having taken note, where the sender asked for that. The first time counts."""
    done = await services_of(request).aftermath.confirm(actor, message_id, mailbox=mailbox)
    return json_answer(confirmation_answer(message_id, done), position=done.position)


async def _take_back(request: Request, services: Services) -> tuple[TakeBack, Identifier | None]:
    asked = await receive_json(request, TakeBack, services.uploads.pace, _BODY_BYTES)
    return asked, identifier_of(asked.recipient, "recipient") if asked.recipient else None
