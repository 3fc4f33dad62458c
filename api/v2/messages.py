"""Senders publish, send to further recipients and ask how their messages stand; readers reply."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from msgspec import UNSET
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import json_body, receive_json
from api.parameters import MailboxChoice, idempotency_key, key_parameter
from api.refusals import Refusal
from api.responses import POSITION_HEADER, json_answer, json_list
from api.schemas.publish import read_message
from api.schemas.reply import read_reply
from api.security import Guard, guarded
from api.services import Services, services_of
from api.status_messages import MESSAGE_REGISTRY_V2
from api.uploads import FILE_PARTS, ReceivedPublication, receive_publication
from api.v2.common import TAG, V2Route, described
from api.v2.schemas.answers import V2Linked, V2MessageStatus, V2Published
from api.v2.schemas.message_to_publish import V2MessageToPublish, parse_v2_message
from api.v2.schemas.requests import V2MessageToLink, V2StatusSearch, message_id_of
from api.v2.schemas.statuses import asked_statuses, linked_answer, statuses_answer
from application.publishing import PublishCommand, PublishResult
from application.replies import ReplyResult
from domain.actors import Actor, ActorKind
from domain.decisions import Operation
from domain.draft import ROOT
from domain.errors import Gone, InvalidInput, Issue, NotFound
from domain.mediatypes import MEDIA_TYPES

router = APIRouter(prefix=MESSAGE_REGISTRY_V2, tags=[TAG], route_class=V2Route)

_LINK_BYTES: Final = 256 * 1024
_STATUS_BYTES: Final = 256 * 1024
_BODY_PROBLEMS: Final = (
    kinds.NOT_FOUND,
    kinds.REQUEST_TIMEOUT,
    kinds.PAYLOAD_TOO_LARGE,
    kinds.UNSUPPORTED_MEDIA_TYPE,
)
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The JSON and the files it announces, in any order.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [ROOT],
                    "properties": {
                        ROOT: {"$ref": f"#/components/schemas/{V2MessageToPublish.__name__}"},
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
    "parameters": [key_parameter("A repeat is answered 409, with the message that is there in `Location`.")],
}


class PublishOrReply(Guard):
    """Organisations publish here, and readers reply."""

    def __init__(self) -> None:
        super().__init__(Operation.PUBLISH)

    def operation_of(self, actor: Actor) -> Operation:
        """What this caller wants to do."""
        is_reader = actor.kind in {ActorKind.CITIZEN, ActorKind.EMPLOYEE}
        return Operation.REPLY if is_reader else Operation.PUBLISH


@router.post(
    "/publishMessage",
    status_code=201,
    summary="Publish a message, or reply to one",
    responses=described(
        201,
        V2Published,
        kinds.REQUEST_TIMEOUT,
        kinds.CONFLICT,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
        kinds.TOO_MANY_REQUESTS,
        kinds.NOT_IMPLEMENTED,
        headers=POSITION_HEADER,
    ),
    openapi_extra=_BODY,
)
async def publish_message(
    actor: Annotated[Actor, Depends(PublishOrReply())], request: Request, mailbox: MailboxChoice = None
) -> Response:
    """Put a message into a mailbox. With a reader's token, `originalMessageId` is what is replied to."""
    key = idempotency_key(request.headers)
    services = services_of(request)
    with await receive_publication(request, services.uploads, services.spool) as received:
        message = parse_v2_message(received.json)
        done: PublishResult | ReplyResult
        is_activated = True
        if actor.kind is ActorKind.PARTNER:
            draft, canonical = read_message(message.as_v3())
            done = await services.publishing.publish(
                actor, PublishCommand(draft, received.files, canonical, key)
            )
            is_activated = done.recipient_activated
        else:
            done = await _reply(services, actor, message, received, key, mailbox)
    if done.is_replayed:
        raise _repeated(f"{services.public_url}{MESSAGE_REGISTRY_V2}/ebox/messages/{done.message_id}")
    answer = V2Published(
        message_id=done.message_id,
        expiration_date=done.expires_at.replace(microsecond=0),
        code=UNSET if is_activated else "NO_DIGITAL_USER",
        message=UNSET if is_activated else "Published; the recipient never used this mailbox.",
    )
    return json_answer(answer, status=201, position=done.position)


async def _reply(
    services: Services,
    actor: Actor,
    message: V2MessageToPublish,
    received: ReceivedPublication,
    key: str | None,
    mailbox: UUID | None,
) -> ReplyResult:
    field = f"{ROOT}.originalMessageId"
    if message.original_message_id is None:
        raise InvalidInput(Issue(field, "required", "readers reply; only organisations publish"))
    recipient = message.recipient.identifier(f"{ROOT}.recipient")
    command = read_reply(message.as_v3_reply(), received.files, key, recipient)
    try:
        original = message_id_of(message.original_message_id)
        return await services.replies.reply(actor, original, command, mailbox=mailbox)
    except (NotFound, Gone):
        raise InvalidInput(Issue(field, "unknown", "no message of yours that takes replies")) from None


def _repeated(location: str) -> Refusal:
    detail = "This request came before under the same Idempotency-Key; Location names the message."
    return Refusal(kinds.IDEMPOTENCY_KEY_REUSED, detail, headers={"Location": location})


@router.post(
    "/linkEboxMessage",
    status_code=201,
    summary="Send a message to further recipients",
    responses=described(201, V2Linked, *_BODY_PROBLEMS, kinds.CONFLICT, headers=POSITION_HEADER),
    openapi_extra=json_body(V2MessageToLink),
)
async def link_ebox_message(actor: Annotated[Actor, guarded(Operation.LINK)], request: Request) -> Response:
    """The same message, with the same id and the same documents, for each; who has it already keeps it."""
    services = services_of(request)
    asked = await receive_json(request, V2MessageToLink, services.uploads.pace, _LINK_BYTES)
    identifiers = asked.identifiers()
    valid = [one for one in identifiers if one is not None]
    if not valid:
        raise InvalidInput(Issue("recipients", "invalidIdentifier", "none of them is a valid number"))
    message_id = message_id_of(asked.message_id)
    result = await services.linking.link(actor, message_id, valid)
    return json_answer(
        linked_answer(message_id, asked.recipients, identifiers, result), status=201, position=result.position
    )


@router.post(
    "/searchMessageStatus",
    status_code=201,
    summary="Ask how messages stand",
    responses=described(201, V2MessageStatus, *_BODY_PROBLEMS, is_list=True),
    openapi_extra=json_body(V2StatusSearch),
)
async def search_message_status(
    actor: Annotated[Actor, guarded(Operation.STATUS)], request: Request
) -> Response:
    """Of each message and recipient that you published: opened or not, visible or hidden, until when."""
    services = services_of(request)
    search = await receive_json(request, V2StatusSearch, services.uploads.pace, _STATUS_BYTES)
    asked = asked_statuses(search)
    found = await services.statuses.of(actor, asked)
    told = statuses_answer(search, found)
    if not told:
        raise NotFound("messages")
    return json_list(told, status=201)
