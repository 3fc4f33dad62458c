"""The mailbox's owner looks in: counts, lists, a message."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import AtLeast, AttachmentId, MessageId, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.scalars import TrueOrFalse, WholeNumber
from api.schemas import messages as shapes
from api.schemas.answers import AttachmentAnswer, Attachments, Ebox, MessageAnswer, Messages
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation
from projections.inbox import MessageFilter

router = APIRouter(
    prefix=shapes.PREFIX,
    tags=["consult"],
    route_class=StrictRoute,
)

MAX_PAGE = 100_000

Page = Annotated[WholeNumber, Query(ge=1, le=MAX_PAGE, description="Which page, from 1.")]
PageSize = Annotated[WholeNumber, Query(alias="pageSize", ge=1, le=100, description="Messages on a page.")]
ReadStatus = Annotated[
    TrueOrFalse | None,
    Query(alias="readStatus", description="Only messages that have (true) or have not (false) been opened."),
]


@router.get("/ebox", summary="Count messages", responses=described(200, Ebox, headers=POSITION_HEADER))
async def counts(
    actor: Annotated[Actor, guarded(Operation.COUNT)], request: Request, at_least: AtLeast = None
) -> Response:
    """What the mailbox holds. The one read that is not recorded as an access."""
    services = services_of(request)
    view = await services.reading.counts(actor, at_least=at_least)
    return json_answer(shapes.mailbox_answer(view), position=view.position)


@router.get(
    "/ebox/messages", summary="List messages", responses=described(200, Messages, headers=POSITION_HEADER)
)
async def list_messages(
    actor: Annotated[Actor, guarded(Operation.LIST)],
    request: Request,
    page: Page = 1,
    page_size: PageSize = 25,
    read_status: ReadStatus = None,
    at_least: AtLeast = None,
) -> Response:
    """One page of the mailbox, newest first."""
    services = services_of(request)
    found = await services.reading.list_messages(
        actor, MessageFilter(read_status=read_status), page=page, page_size=page_size, at_least=at_least
    )
    return json_answer(shapes.list_answer(found), position=found.position)


@router.get(
    "/ebox/messages/{messageId}",
    summary="Get a message",
    responses=described(200, MessageAnswer, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def message(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    at_least: AtLeast = None,
) -> Response:
    """A message with its attachments' descriptions; never the body or a document."""
    services = services_of(request)
    view = await services.reading.message(actor, message_id, at_least=at_least)
    return json_answer(shapes.message_answer(view, services.public_url), position=view.position)


@router.get(
    "/ebox/messages/{messageId}/attachments",
    summary="List a message's attachments",
    responses=described(200, Attachments, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def attachments(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    at_least: AtLeast = None,
) -> Response:
    """The descriptions of a message's attachments."""
    services = services_of(request)
    view = await services.reading.message(actor, message_id, at_least=at_least)
    answer = shapes.attachments_answer(services.public_url, message_id, view.message.attachments)
    return json_answer(answer, position=view.position)


@router.get(
    "/ebox/messages/{messageId}/attachments/{attachmentId}",
    summary="Get an attachment's description",
    responses=described(200, AttachmentAnswer, kinds.NOT_FOUND, headers=POSITION_HEADER),
)
async def attachment(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    attachment_id: AttachmentId,
    at_least: AtLeast = None,
) -> Response:
    """What an attachment is, and where its content is."""
    services = services_of(request)
    found, position = await services.reading.attachment(actor, message_id, attachment_id, at_least=at_least)
    answer = shapes.attachment_answer(services.public_url, message_id, found)
    return json_answer(answer, position=position)
