"""Partners send a message that they published to further recipients."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import json_body, receive_json
from api.parameters import MessageId, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas.linking import LinkAnswers, RecipientsToLink, link_answers
from api.schemas.messages import PREFIX
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix=PREFIX, tags=["publish"], route_class=StrictRoute)

_BODY_BYTES: Final = 256 * 1024


@router.post(
    "/ebox/messages/{messageId}/recipients",
    summary="Send a message to further recipients",
    responses=described(
        200,
        LinkAnswers,
        kinds.NOT_FOUND,
        kinds.REQUEST_TIMEOUT,
        kinds.CONFLICT,
        kinds.GONE,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
        headers=POSITION_HEADER,
    ),
    openapi_extra=json_body(RecipientsToLink),
)
async def link(
    actor: Annotated[Actor, guarded(Operation.LINK)], request: Request, message_id: MessageId
) -> Response:
    """The same message, with the same id and the same documents, for each; who has it already keeps it."""
    services = services_of(request)
    asked = await receive_json(request, RecipientsToLink, services.uploads.pace, _BODY_BYTES)
    result = await services.linking.link(actor, message_id, asked.identifiers())
    return json_answer(link_answers(result, request.state.request_id), position=result.position)
