"""Owners need not take our word for who looked: proofs of their history, and all of it to take home."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.disposition import attachment_disposition
from api.document_response import DocumentResponse
from api.parameters import MailboxChoice, StrictRoute
from api.proof_files import described as proof_described
from api.proof_files import proof_file
from api.responses import described, json_answer, problems
from api.schemas.own_proofs import NothingHiddenAnswer, nothing_hidden_answer
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation

PREFIX: Final = "/me/access-history"

router = APIRouter(prefix=PREFIX, tags=["profile"], route_class=StrictRoute)

ZIP: Final = "application/zip"
Language = Annotated[
    Literal["nl", "fr", "de", "en"] | None,
    Query(alias="lang", description="The language of the sentences; else that of `Accept-Language`."),
]
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language", max_length=1000)]

_EXPORT: Final[dict[int | str, Any]] = {
    200: {
        "description": "The history in plain words, its leaves with their proofs, and how to check them.",
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "Content-Disposition": {"description": "Always a download.", "schema": {"type": "string"}}
        },
    },
    **problems(kinds.CONFLICT),
}


@router.get(
    "/export",
    summary="Take my access history home",
    response_class=DocumentResponse,
    responses=_EXPORT,
)
async def export(
    actor: Annotated[Actor, guarded(Operation.OWN_HISTORY)],
    request: Request,
    lang: Language = None,
    accept_language: AcceptLanguage = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """A ZIP that can be checked without us: its `how-to-verify.html` says how. Taking it is on record."""
    services = services_of(request)
    language = services.words.language(lang, accept_language)
    content = await services.history_export.begin(actor, language, mailbox=mailbox)
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": attachment_disposition("access-history.zip"),
        "X-Content-Type-Options": "nosniff",
    }
    return DocumentResponse(content, 200, headers=headers, media_type=ZIP)


@router.get(
    "/heads-proof",
    summary="Prove that nothing is hidden from me",
    responses=described(200, NothingHiddenAnswer, kinds.CONFLICT),
)
async def heads_proof(
    actor: Annotated[Actor, guarded(Operation.OWN_HISTORY)],
    request: Request,
    mailbox: MailboxChoice = None,
) -> Response:
    """What the newest closed day knows of the mailbox, and every leaf of it since."""
    found = await services_of(request).own_proofs.nothing_hidden(actor, mailbox=mailbox)
    return json_answer(nothing_hidden_answer(found))


@router.get(
    "/{eventId}/proof",
    summary="Prove that the audit log has a line of my history",
    response_class=Response,
    responses=proof_described(kinds.CONFLICT),
)
async def proof(
    actor: Annotated[Actor, guarded(Operation.OWN_HISTORY)],
    request: Request,
    event_id: Annotated[UUID, Path(alias="eventId", description="The event's id, as the history has it.")],
    mailbox: MailboxChoice = None,
) -> Response:
    """For the lines of the caller's mailbox and of those merged into it."""
    found = await services_of(request).own_proofs.of_event(actor, event_id, mailbox=mailbox)
    return proof_file(found, event_id)
