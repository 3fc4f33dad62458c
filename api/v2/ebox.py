"""The mailbox's owner looks in: counts, lists, a message, its documents."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api import content as v3
from api import problem_types as kinds
from api.document_response import DocumentResponse
from api.json_bodies import MEDIA_TYPE, MERGE_PATCH, json_body, receive_merge_patch
from api.parameters import AtLeast, MailboxChoice
from api.responses import POSITION_HEADER, json_answer
from api.schemas.answers import Ebox
from api.schemas.message_search import MessageSearch
from api.security import guarded
from api.services import services_of
from api.status_messages import MESSAGE_REGISTRY_V2
from api.v2.common import OCTET_STREAM, TAG, AttachmentId, MessageId, V2Route, described, refusals
from api.v2.schemas import messages as shapes
from api.v2.schemas.answers import (
    V2Attachment,
    V2Attachments,
    V2Message,
    V2Messages,
    V2PaymentData,
    V2TranslatedString,
)
from api.v2.schemas.requests import V2MessagesToUpdate
from api.v2.search import search_in_address
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix=f"{MESSAGE_REGISTRY_V2}/ebox", tags=[TAG], route_class=V2Route)

_BODY_BYTES: Final = 32 * 1024
_BYTES: Final = {OCTET_STREAM: {"schema": {"type": "string", "format": "binary"}}}
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The document.", "content": _BYTES, "headers": POSITION_HEADER},
    206: {"description": "The part that `Range` asks for.", "content": _BYTES, "headers": POSITION_HEADER},
    304: {"description": "You have it already (`If-None-Match`)."},
    **refusals(kinds.NOT_FOUND, kinds.PRECONDITION_FAILED, kinds.RANGE_NOT_SATISFIABLE),
}


@router.get(
    "",
    summary="Count messages",
    responses=described(200, Ebox, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def ebox_summary(
    actor: Annotated[Actor, guarded(Operation.COUNT)],
    request: Request,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """What the mailbox has that is neither hidden nor archived."""
    view = await services_of(request).reading.counts(actor, at_least=at_least, mailbox=mailbox)
    return json_answer(shapes.mailbox_answer(view), position=view.position)


@router.get(
    "/messages",
    summary="List messages",
    responses=described(200, V2Messages, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def messages(
    actor: Annotated[Actor, guarded(Operation.LIST)],
    request: Request,
    search: Annotated[MessageSearch, Depends(search_in_address)],
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """One page of the mailbox, newest first. What matches nothing is an empty list."""
    found = await services_of(request).reading.list_messages(
        actor,
        search.wanted("query"),
        page=search.page,
        page_size=search.page_size,
        at_least=at_least,
        mailbox=mailbox,
        exact_total=True,
    )
    return json_answer(shapes.list_answer(found), position=found.position)


@router.patch(
    "/messages",
    summary="Hide and show messages",
    response_class=Response,
    responses={
        200: {"description": "All of them are as wanted.", "headers": POSITION_HEADER},
        **refusals(
            kinds.NOT_FOUND,
            kinds.REQUEST_TIMEOUT,
            kinds.CONFLICT,
            kinds.PAYLOAD_TOO_LARGE,
            kinds.UNSUPPORTED_MEDIA_TYPE,
            kinds.TOO_MANY_REQUESTS,
        ),
    },
    openapi_extra=json_body(V2MessagesToUpdate, MERGE_PATCH, MEDIA_TYPE),
)
async def change_messages(
    actor: Annotated[Actor, guarded(Operation.CHANGE)], request: Request, mailbox: MailboxChoice = None
) -> Response:
    """Say of each message whether it is to be seen, of all or of none."""
    services = services_of(request)
    asked = await receive_merge_patch(request, V2MessagesToUpdate, services.uploads.pace, _BODY_BYTES)
    position = await services.reading.change_each(actor, asked.changes(), mailbox=mailbox)
    return Response(headers={"Ebox-Position": str(position), "Cache-Control": "no-store"})


@router.get(
    "/messages/{messageId}",
    summary="Get a message",
    responses=described(200, V2Message, kinds.NOT_FOUND, headers=POSITION_HEADER),
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
    "/messages/{messageId}/attachments",
    summary="List a message's attachments",
    responses=described(200, V2Attachments, kinds.NOT_FOUND, headers=POSITION_HEADER),
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
    "/messages/{messageId}/attachments/{attachmentId}",
    summary="Get an attachment's description",
    responses=described(200, V2Attachment, kinds.NOT_FOUND, headers=POSITION_HEADER),
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
    return json_answer(shapes.attachment_answer(services.public_url, message_id, found), position=position)


@router.get(
    "/messages/{messageId}/attachments/{attachmentId}/content",
    summary="Download a document",
    response_class=DocumentResponse,
    responses=_CONTENT,
)
async def attachment_content(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    attachment_id: AttachmentId,
    mailbox: MailboxChoice = None,
) -> Response:
    """A document, or one range of it. Its media type is in its description."""
    answer = await v3.content(actor, request, message_id, attachment_id, mailbox)
    if "content-type" in answer.headers:
        answer.headers["content-type"] = OCTET_STREAM
    return answer


@router.get(
    "/messages/{messageId}/body",
    summary="Read a message's body",
    responses=described(200, V2TranslatedString, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def body(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    mailbox: MailboxChoice = None,
) -> Response:
    """The body. Where it is the main content, this opens the message."""
    view = await services_of(request).reading.body(actor, message_id, mailbox=mailbox)
    return json_answer(shapes.translated(view.texts), position=view.position)


@router.get(
    "/messages/{messageId}/paymentData",
    summary="Get what is to be paid",
    responses=described(200, V2PaymentData, kinds.NOT_FOUND, headers=POSITION_HEADER),
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
