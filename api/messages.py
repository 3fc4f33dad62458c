"""Partners publish."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from msgspec import UNSET
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import StrictRoute, idempotency_key, key_parameter
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas.answers import Published
from api.schemas.messages import PREFIX
from api.schemas.optional import if_any
from api.schemas.publish import parse_message
from api.security import guarded
from api.services import services_of
from api.uploads import FILE_PARTS, receive_publication
from application.publishing import PublishCommand
from domain.actors import Actor
from domain.decisions import Operation
from domain.draft import ROOT
from domain.mediatypes import MEDIA_TYPES

router = APIRouter(prefix=PREFIX, tags=["publish"], route_class=StrictRoute)

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The JSON and the files it announces, in any order.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": [ROOT],
                    "properties": {
                        ROOT: {"$ref": "#/components/schemas/MessageToPublish"},
                        **{part: {"type": "string", "format": "binary"} for part in FILE_PARTS},
                    },
                },
                "encoding": {
                    ROOT: {"contentType": "application/json"},
                    **{part: {"contentType": ", ".join(MEDIA_TYPES)} for part in FILE_PARTS},
                },
            }
        },
    },
    "parameters": [key_parameter("A repeat with the same key and content is answered as the first one was.")],
}
_HEADERS: Final = {
    **POSITION_HEADER,
    "Location": {"description": "The message.", "schema": {"type": "string", "format": "uri"}},
    "Idempotency-Replayed": {
        "description": "`true` where an earlier request with this key had published the message.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


@router.post(
    "/ebox/messages",
    status_code=201,
    summary="Publish a message",
    responses=described(
        201,
        Published,
        kinds.REQUEST_TIMEOUT,
        kinds.CONFLICT,
        kinds.GONE,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
        kinds.IDEMPOTENCY_KEY_REUSED,
        headers=_HEADERS,
    ),
    openapi_extra=_BODY,
)
async def publish(actor: Annotated[Actor, guarded(Operation.PUBLISH)], request: Request) -> Response:
    """Put a message into the mailbox of a citizen or an enterprise. Answered once it is kept for good."""
    key = idempotency_key(request.headers)
    services = services_of(request)
    with await receive_publication(request, services.uploads, services.spool) as received:
        draft, canonical = parse_message(received.json)
        command = PublishCommand(draft, received.files, canonical, key)
        result = await services.publishing.publish(actor, command)
    answer = Published(
        message_id=result.message_id,
        expiration_date=result.expires_at,
        code=UNSET if result.recipient_activated else "NO_DIGITAL_USER",
        promise=if_any(await services.promises.about([result.accepted])),
    )
    headers = {"Location": f"{services.public_url}{PREFIX}/ebox/messages/{result.message_id}"}
    if result.is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_answer(answer, status=201, position=result.position, headers=headers)
