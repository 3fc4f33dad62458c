"""The mailbox's owner looks in: counts, lists, a message."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import MEDIA_TYPE, MERGE_PATCH, json_body, receive_json, receive_merge_patch
from api.message_filter import search_in_address
from api.parameters import AtLeast, AttachmentId, MailboxChoice, MessageId, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer, problems
from api.schemas import messages as shapes
from api.schemas.answers import (
    AttachmentAnswer,
    Attachments,
    Ebox,
    MessageAnswer,
    Messages,
    PaymentDataAnswer,
)
from api.schemas.message_changes import MessagesToUpdate
from api.schemas.message_search import MessageSearch
from api.security import guarded
from api.services import Services, services_of
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(
    prefix=shapes.PREFIX,
    tags=["consult"],
    route_class=StrictRoute,
)

_BODY_BYTES: Final = 32 * 1024


@router.get("/ebox", summary="Count messages", responses=described(200, Ebox, headers=POSITION_HEADER))
async def counts(
    actor: Annotated[Actor, guarded(Operation.COUNT)],
    request: Request,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """What the mailbox has that is neither hidden nor archived. The one read that is not recorded."""
    services = services_of(request)
    view = await services.reading.counts(actor, at_least=at_least, mailbox=mailbox)
    return json_answer(shapes.mailbox_answer(view), position=view.position)


@router.get(
    "/ebox/messages",
    summary="List messages",
    responses=described(200, Messages, kinds.CONFLICT, headers=POSITION_HEADER),
)
async def list_messages(
    actor: Annotated[Actor, guarded(Operation.LIST)],
    request: Request,
    search: Annotated[MessageSearch, Depends(search_in_address)],
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """One page of the mailbox, newest first. What matches nothing is an empty list."""
    return await _page(services_of(request), actor, search, "query", at_least, mailbox)


@router.post(
    "/ebox/messages/search",
    summary="Search messages",
    responses=described(
        200,
        Messages,
        kinds.REQUEST_TIMEOUT,
        kinds.CONFLICT,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
        headers=POSITION_HEADER,
    ),
    openapi_extra=json_body(MessageSearch),
)
async def search_messages(
    actor: Annotated[Actor, guarded(Operation.LIST)],
    request: Request,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """The list of messages, asked for in a body: words that are looked for need not stand in an address."""
    services = services_of(request)
    search = await receive_json(request, MessageSearch, services.uploads.pace, _BODY_BYTES)
    return await _page(services, actor, search, "body", at_least, mailbox)


async def _page(
    services: Services,
    actor: Actor,
    search: MessageSearch,
    where: str,
    at_least: int | None,
    mailbox: UUID | None,
) -> Response:
    found = await services.reading.list_messages(
        actor,
        search.wanted(where),
        page=search.page,
        page_size=search.page_size,
        at_least=at_least,
        mailbox=mailbox,
    )
    return json_answer(shapes.list_answer(found), position=found.position)


@router.patch(
    "/ebox/messages",
    summary="Hide, show and archive messages",
    response_class=Response,
    responses={
        200: {"description": "All of them are as wanted.", "headers": POSITION_HEADER},
        **problems(
            kinds.NOT_FOUND,
            kinds.CONFLICT,
            kinds.REQUEST_TIMEOUT,
            kinds.PAYLOAD_TOO_LARGE,
            kinds.UNSUPPORTED_MEDIA_TYPE,
            kinds.TOO_MANY_REQUESTS,
        ),
    },
    openapi_extra=json_body(MessagesToUpdate, MERGE_PATCH, MEDIA_TYPE),
)
async def change_messages(
    actor: Annotated[Actor, guarded(Operation.CHANGE)], request: Request, mailbox: MailboxChoice = None
) -> Response:
    """Change what is given of each message, of all or of none."""
    services = services_of(request)
    asked = await receive_merge_patch(request, MessagesToUpdate, services.uploads.pace, _BODY_BYTES)
    position = await services.reading.change_each(actor, asked.changes(), mailbox=mailbox)
    return Response(headers={"Ebox-Position": str(position), "Cache-Control": "no-store"})


@router.get(
    "/ebox/messages/{messageId}",
    summary="Get a message",
    responses=described(
        200, MessageAnswer, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def message(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """A message with its attachments' descriptions; never the body or a document."""
    services = services_of(request)
    view = await services.reading.message(actor, message_id, at_least=at_least, mailbox=mailbox)
    return json_answer(shapes.message_answer(view, services.public_url), position=view.position)


@router.get(
    "/ebox/messages/{messageId}/attachments",
    summary="List a message's attachments",
    responses=described(
        200, Attachments, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def attachments(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """The descriptions of a message's attachments."""
    services = services_of(request)
    view = await services.reading.message(actor, message_id, at_least=at_least, mailbox=mailbox)
    answer = shapes.attachments_answer(services.public_url, message_id, view.message.attachments)
    return json_answer(answer, position=view.position)


@router.get(
    "/ebox/messages/{messageId}/attachments/{attachmentId}",
    summary="Get an attachment's description",
    responses=described(
        200, AttachmentAnswer, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def attachment(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    attachment_id: AttachmentId,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """What an attachment is, and where its content is."""
    services = services_of(request)
    found, position = await services.reading.attachment(
        actor, message_id, attachment_id, at_least=at_least, mailbox=mailbox
    )
    answer = shapes.attachment_answer(services.public_url, message_id, found)
    return json_answer(answer, position=position)


@router.get(
    "/ebox/messages/{messageId}/paymentData",
    summary="Get what is to be paid",
    responses=described(
        200, PaymentDataAnswer, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def payment_data(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    mailbox: MailboxChoice = None,
) -> Response:
    """The payment that goes with a message. An access of its own."""
    payment, position = await services_of(request).reading.payment(actor, message_id, mailbox=mailbox)
    return json_answer(shapes.payment_answer(payment), position=position)
