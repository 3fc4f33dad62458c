"""Readers reply to messages whose sender takes replies."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import MailboxChoice, MessageId, StrictRoute, idempotency_key, key_parameter
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas.answers import Published
from api.schemas.messages import PREFIX
from api.schemas.reply import parse_reply
from api.security import guarded
from api.services import services_of
from api.uploads import FILE_PARTS, receive_publication
from domain.actors import Actor
from domain.decisions import Operation
from domain.draft import ROOT

router = APIRouter(prefix=PREFIX, tags=["consult"], route_class=StrictRoute)

_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The reply's JSON and the files it announces, in any order.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": [ROOT],
                    "properties": {
                        ROOT: {"$ref": "#/components/schemas/ReplyToPublish"},
                        **{part: {"type": "string", "format": "binary"} for part in FILE_PARTS},
                    },
                },
                "encoding": {ROOT: {"contentType": "application/json"}},
            }
        },
    },
    "parameters": [key_parameter("A repeat with the same key and content is answered as the first one was.")],
}
_HEADERS: Final = {
    **POSITION_HEADER,
    "Idempotency-Replayed": {
        "description": "`true` where an earlier request with this key had sent the reply.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


@router.post(
    "/ebox/messages/{messageId}/replies",
    status_code=201,
    summary="Reply to a message",
    responses=described(
        201,
        Published,
        kinds.NOT_FOUND,
        kinds.REQUEST_TIMEOUT,
        kinds.CONFLICT,
        kinds.GONE,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
        kinds.IDEMPOTENCY_KEY_REUSED,
        kinds.TOO_MANY_REQUESTS,
        headers=_HEADERS,
    ),
    openapi_extra=_BODY,
)
async def reply(
    actor: Annotated[Actor, guarded(Operation.REPLY)],
    request: Request,
    message_id: MessageId,
    mailbox: MailboxChoice = None,
) -> Response:
    """Put a reply into the mailbox of the organisation that sent the message."""
    key = idempotency_key(request.headers)
    services = services_of(request)
    with await receive_publication(request, services.uploads, services.spool) as received:
        command = parse_reply(received.json, received.files, key)
        done = await services.replies.reply(actor, message_id, command, mailbox=mailbox)
    answer = Published(message_id=done.message_id, expiration_date=done.expires_at)
    headers = {"Idempotency-Replayed": "true"} if done.is_replayed else None
    return json_answer(answer, status=201, position=done.position, headers=headers)
