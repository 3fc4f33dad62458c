"""An auditor asks how a mailbox stood at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.cursors import MAX_CHARACTERS, cursor_of, position_of
from api.parameters import MAX_POSITION, StrictRoute
from api.responses import described, json_answer
from api.scalars import WholeNumber
from api.schemas.replay import MailboxThenAnswer, mailbox_then_answer
from api.schemas.timestamps import parse_timestamp
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue

router = APIRouter(prefix="/audit", tags=["audit"], route_class=StrictRoute)

_POSITION_DIGITS = 19


@router.get(
    "/mailboxes/{mailboxId}/as-of",
    summary="Replay a mailbox as it stood at a moment",
    responses=described(200, MailboxThenAnswer, kinds.NOT_FOUND),
)
async def as_of(
    actor: Annotated[Actor, guarded(Operation.REPLAY)],
    request: Request,
    mailbox_id: Annotated[UUID, Path(alias="mailboxId", description="The mailbox's id.")],
    at: Annotated[
        str,
        Query(max_length=40, description="A time (RFC 3339, with offset), or a position in the event store."),
    ],
    cursor: Annotated[
        str | None, Query(max_length=MAX_CHARACTERS, description="An answer's `nextCursor`.")
    ] = None,
    limit: Annotated[WholeNumber, Query(ge=1, le=100, description="Messages on a page.")] = 50,
) -> Response:
    """The messages in it, how far each was read, and who had seen what: rebuilt from the log alone."""
    then = await services_of(request).replaying.as_of(
        actor, mailbox_id, _moment(at), before=position_of(cursor), limit=limit
    )
    return json_answer(mailbox_then_answer(then, cursor_of))


def _moment(text: str) -> datetime | int:
    if text.isascii() and text.isdigit() and len(text) <= _POSITION_DIGITS:
        return min(int(text), MAX_POSITION)
    try:
        return parse_timestamp(text)
    except ValueError as error:
        detail = f"a position, or a time: {error}"
        raise InvalidInput(Issue("at", "schemaViolation", detail, "query")) from None
