"""The mailbox's owner reads: bodies and documents. What leaves here has been recorded before."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.disposition import attachment_disposition
from api.document_response import DocumentResponse
from api.parameters import AttachmentId, MailboxChoice, MessageId, StrictRoute
from api.ranges import content_request, entity_tag
from api.responses import POSITION_HEADER, described, json_answer, problems
from api.schemas.answers import TranslatedString
from api.schemas.messages import PREFIX, translated
from api.security import guarded
from api.services import services_of
from application.views import ContentView
from domain.actors import Actor
from domain.decisions import Operation
from domain.mediatypes import MEDIA_TYPES

router = APIRouter(
    prefix=PREFIX,
    tags=["consult"],
    route_class=StrictRoute,
)

_DOCUMENT: Final = {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}
_HEADERS: Final[dict[str, Any]] = {
    **POSITION_HEADER,
    "ETag": {"description": "The document's SHA-256, in hex.", "schema": {"type": "string"}},
    "Content-Disposition": {"description": "Always a download.", "schema": {"type": "string"}},
}
_REFUSALS: Final = (kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, kinds.PRECONDITION_FAILED)
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The document.", "content": _DOCUMENT, "headers": _HEADERS},
    206: {"description": "The part that `Range` asks for.", "content": _DOCUMENT, "headers": _HEADERS},
    304: {"description": "You have it already (`If-None-Match`)."},
    **problems(*_REFUSALS, kinds.RANGE_NOT_SATISFIABLE),
}
_DESCRIPTION: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "What a GET would answer with, without the document.", "headers": _HEADERS},
    304: {"description": "You have it already (`If-None-Match`)."},
    **{status: {"description": one["description"]} for status, one in problems(*_REFUSALS).items()},
}
_CONDITIONS: Final = (
    ("If-Match", "Answer 412 for a document with none of these `ETag`s."),
    ("If-None-Match", "Answer 304 for a document with one of these `ETag`s."),
)
_RANGES: Final = (
    ("Range", "One range of bytes (RFC 9110 §14.2); several are answered with all."),
    ("If-Range", "The range counts only for the document with this `ETag`."),
)


def _asking(*headers: tuple[str, str]) -> dict[str, Any]:
    return {
        "parameters": [
            {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
            for name, text in headers
        ]
    }


@router.get(
    "/ebox/messages/{messageId}/body",
    summary="Read a message's body",
    responses=described(
        200, TranslatedString, kinds.NOT_FOUND, kinds.CONFLICT, kinds.GONE, headers=POSITION_HEADER
    ),
)
async def body(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    mailbox: MailboxChoice = None,
) -> Response:
    """The body. Where it is the main content, this opens the message."""
    view = await services_of(request).reading.body(actor, message_id, mailbox=mailbox)
    return json_answer(translated(view.texts), position=view.position)


@router.get(
    "/ebox/messages/{messageId}/attachments/{attachmentId}/content",
    summary="Download a document",
    response_class=DocumentResponse,
    responses=_CONTENT,
    openapi_extra=_asking(*_RANGES, *_CONDITIONS),
)
@router.head(
    "/ebox/messages/{messageId}/attachments/{attachmentId}/content",
    summary="Describe a document",
    response_class=Response,
    responses=_DESCRIPTION,
    openapi_extra=_asking(*_CONDITIONS),
)
async def content(
    actor: Annotated[Actor, guarded(Operation.READ)],
    request: Request,
    message_id: MessageId,
    attachment_id: AttachmentId,
    mailbox: MailboxChoice = None,
) -> Response:
    """A document, or one range of it. The first bytes of the main content open the message; HEAD does not."""
    asked = content_request(request.headers, describe_only=request.method == "HEAD")
    reading = services_of(request).reading
    view = await reading.content(actor, message_id, attachment_id, asked, mailbox=mailbox)
    if asked.is_known(view.sha256):
        return Response(status_code=304, headers=_always(view))
    headers = _always(view) | {
        "Accept-Ranges": "bytes",
        "Content-Length": str(view.end - view.start),
        "Content-Disposition": attachment_disposition(view.file_name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Ebox-Position": str(view.position),
    }
    if view.stream is None:
        return Response(headers=headers, media_type=view.media_type)
    is_part = view.end - view.start != view.size
    if is_part:
        headers["Content-Range"] = f"bytes {view.start}-{view.end - 1}/{view.size}"
    return DocumentResponse(view.stream, 206 if is_part else 200, headers=headers, media_type=view.media_type)


def _always(view: ContentView) -> dict[str, str]:
    return {"ETag": entity_tag(view.sha256), "Cache-Control": "private, no-store"}
