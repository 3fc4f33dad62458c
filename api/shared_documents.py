"""Partners upload a document once, and let many messages carry it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import StrictRoute, idempotency_key, key_parameter
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas.messages import PREFIX
from api.schemas.shared_documents import KeptDocument, keep_command
from api.security import guarded
from api.services import services_of
from api.uploads import Form, receive_publication
from application.keeping import PART, ROOT
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue
from domain.mediatypes import MEDIA_TYPES

router = APIRouter(prefix=PREFIX, tags=["publish"], route_class=StrictRoute)

_FORM: Final = Form(ROOT, (PART,), needs_json=False)
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The file and, where there is more to say of it, the JSON; in any order.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": [PART],
                    "properties": {
                        ROOT: {"$ref": "#/components/schemas/DocumentToKeep"},
                        PART: {"type": "string", "format": "binary"},
                    },
                },
                "encoding": {
                    ROOT: {"contentType": "application/json"},
                    PART: {"contentType": ", ".join(MEDIA_TYPES)},
                },
                "example": {ROOT: {"keepUntil": "2027-12-31T23:59:59+01:00"}, PART: "%PDF-1.7 …"},
            }
        },
    },
    "parameters": [key_parameter("A repeat with the same key and content is answered as the first one was.")],
}
_HEADERS: Final = {
    **POSITION_HEADER,
    "Idempotency-Replayed": {
        "description": "`true` where an earlier request with this key had brought the document.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}


@router.post(
    "/documents",
    status_code=201,
    summary="Keep a document for many messages",
    responses=described(
        201,
        KeptDocument,
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
async def keep(actor: Annotated[Actor, guarded(Operation.KEEP_DOCUMENT)], request: Request) -> Response:
    """Keep a document until `keepUntil`. Messages name it as `attachments[].documentId`, and end before."""
    key = idempotency_key(request.headers)
    services = services_of(request)
    with await receive_publication(request, services.uploads, services.spool, _FORM) as received:
        if not received.files:
            raise InvalidInput(Issue(PART, "required", "the request has no part of this name"))
        result = await services.keeping.keep(actor, keep_command(received.json, received.files[0], key))
    answer = KeptDocument(document_id=result.document_id, keep_until=result.keep_until)
    headers = {"Idempotency-Replayed": "true"} if result.is_replayed else None
    return json_answer(answer, status=201, position=result.position, headers=headers)
