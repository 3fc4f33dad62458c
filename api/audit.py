"""Auditors look, within their scope. Every look is itself recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.cursors import MAX_CHARACTERS, cursor_of, position_of
from api.json_bodies import json_body, receive_json
from api.parameters import AtLeast, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.scalars import WholeNumber
from api.schemas.audit import KINDS, History, MailboxFound, MailboxSearch, history_answer
from api.schemas.timestamps import parse_timestamp
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue
from domain.identifiers import ClientIdentifier, EnterpriseNumber
from projections.access_history import HistoryFilter

router = APIRouter(prefix="/audit", tags=["audit"], route_class=StrictRoute)

_SEARCH_BYTES = 4096
_KINDS: dict[str, Any] = {"enum": list(KINDS)}
_CLIENT_ID: dict[str, Any] = {"pattern": "^[a-z0-9][a-z0-9.-]{0,63}$"}

T = TypeVar("T")


@router.post(
    "/mailboxes/search",
    summary="Find a mailbox by number",
    responses=described(
        200,
        MailboxFound,
        kinds.NOT_FOUND,
        kinds.REQUEST_TIMEOUT,
        kinds.PAYLOAD_TOO_LARGE,
        kinds.UNSUPPORTED_MEDIA_TYPE,
    ),
    openapi_extra=json_body(MailboxSearch),
)
async def find_mailbox(
    actor: Annotated[Actor, guarded(Operation.FIND_MAILBOX)], request: Request
) -> Response:
    """The mailbox of a national, bis or enterprise number, which stands in the body, never in an address."""
    services = services_of(request)
    search = await receive_json(request, MailboxSearch, services.uploads.pace, _SEARCH_BYTES)
    mailbox_id = await services.auditing.find_mailbox(actor, search.identifier())
    return json_answer(MailboxFound(mailbox_id=mailbox_id))


def _moment(name: str) -> Any:
    return Query(alias=name, description="RFC 3339, with offset.", json_schema_extra={"format": "date-time"})


async def history_filter(
    mailbox: Annotated[UUID | None, Query(description="A mailbox's id.")] = None,
    message: Annotated[UUID | None, Query(description="A message's id.")] = None,
    actor: Annotated[UUID | None, Query(description="The party id of whoever acted.")] = None,
    site: Annotated[
        str | None, Query(description="An integrating site's client id.", json_schema_extra=_CLIENT_ID)
    ] = None,
    sender: Annotated[str | None, Query(description="The sender's enterprise number.")] = None,
    kind: Annotated[str | None, Query(description="A kind of event.", json_schema_extra=_KINDS)] = None,
    start: Annotated[str | None, _moment("from")] = None,
    end: Annotated[str | None, _moment("to")] = None,
) -> HistoryFilter:
    """What to look for: `from` is included, `to` is not. What can match nothing is refused by name."""
    return HistoryFilter(
        mailbox,
        message,
        actor,
        _checked("site", site, _client_id),
        _checked("sender", sender, _enterprise_number),
        _checked("kind", kind, _known_kind),
        _checked("from", start, parse_timestamp),
        _checked("to", end, parse_timestamp),
    )


@router.get(
    "/access-history",
    summary="Search the access history",
    responses=described(200, History, headers=POSITION_HEADER),
)
async def access_history(
    actor: Annotated[Actor, guarded(Operation.READ_ACCESS_HISTORY)],
    request: Request,
    asked: Annotated[HistoryFilter, Depends(history_filter)],
    cursor: Annotated[
        str | None, Query(max_length=MAX_CHARACTERS, description="An answer's `nextCursor`.")
    ] = None,
    limit: Annotated[WholeNumber, Query(ge=1, le=100, description="Items on a page.")] = 50,
    at_least: AtLeast = None,
) -> Response:
    """What was published and told, and who accessed what, when, through which site, on which basis."""
    services = services_of(request)
    page = await services.auditing.access_history(
        actor, asked, before=position_of(cursor), limit=limit, at_least=at_least
    )
    leaves = await services.audit_log.leaves([row.position for row in page.rows])
    return json_answer(history_answer(page, cursor_of, leaves), position=page.position)


def _checked(name: str, text: str | None, check: Callable[[str], T]) -> T | None:
    try:
        return check(text) if text is not None else None
    except ValueError as error:
        raise InvalidInput(Issue(name, "schemaViolation", str(error), "query")) from None


def _client_id(text: str) -> str:
    return ClientIdentifier(text).number


def _enterprise_number(text: str) -> str:
    return EnterpriseNumber(text).number


def _known_kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"must be one of {', '.join(KINDS)}")
    return text
