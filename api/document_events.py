"""The event feed: the Event Service's public description (version 1.1.1), over our log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.parameters import MAX_POSITION, StrictRoute
from api.responses import described, json_answer
from api.scalars import WholeNumber
from api.schemas.document_events import (
    CitizenDocumentEvents,
    EnterpriseDocumentEvents,
    citizen_events_answer,
    enterprise_events_answer,
)
from api.schemas.timestamps import parse_timestamp
from api.security import guarded
from api.services import services_of
from application.document_events import FeedPage
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue

router = APIRouter(prefix="/events/v1", tags=["events"], route_class=StrictRoute)

PAGE_SIZE: Final = 100
MAX_PAGE_SIZE: Final = 500


class FeedQuery:
    """Which part of the feed: behind `lastSequenceNbr`, and not from before `startTime`."""

    def __init__(
        self,
        last_sequence_nbr: Annotated[
            WholeNumber,
            Query(
                alias="lastSequenceNbr",
                ge=0,
                le=MAX_POSITION,
                description="The `lastSequenceNbr` of the page before; 0 to begin.",
            ),
        ] = 0,
        page_size: Annotated[WholeNumber, Query(alias="pageSize", ge=1, le=MAX_PAGE_SIZE)] = PAGE_SIZE,
        start_time: Annotated[
            str | None,
            Query(
                alias="startTime",
                description="RFC 3339, with offset.",
                json_schema_extra={"format": "date-time"},
            ),
        ] = None,
        client_id: Annotated[
            str | None, Query(alias="clientId", description="Your own client id, where you give it.")
        ] = None,
    ) -> None:
        self.after = last_sequence_nbr
        self.limit = page_size
        self.since = _moment(start_time)
        self.client_id = client_id


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise InvalidInput(Issue("startTime", "schemaViolation", str(error), "query")) from None


def _events_of(kind: str, answer: type[Any]) -> dict[str, Any]:
    return {
        "summary": f"Follow document events of {kind}s' mailboxes",
        "responses": described(200, answer),
    }


@router.get("/ebox/enterprise/document/events", **_events_of("enterprise", EnterpriseDocumentEvents))
async def enterprise_events(
    actor: Annotated[Actor, guarded(Operation.DOCUMENT_EVENTS)],
    request: Request,
    query: Annotated[FeedQuery, Depends()],
) -> Response:
    """New, reminded of, about to expire, read: what happened to documents in enterprises' mailboxes."""
    page = await _page(request, actor, "enterprise", query)
    return json_answer(enterprise_events_answer(page, services_of(request).provider.id))


@router.get("/ebox/citizen/document/events", **_events_of("citizen", CitizenDocumentEvents))
async def citizen_events(
    actor: Annotated[Actor, guarded(Operation.DOCUMENT_EVENTS)],
    request: Request,
    query: Annotated[FeedQuery, Depends()],
) -> Response:
    """The same of citizens' mailboxes: no number is told, sites know a mailbox by its id."""
    page = await _page(request, actor, "citizen", query)
    return json_answer(citizen_events_answer(page, services_of(request).provider.id))


async def _page(request: Request, actor: Actor, kind: str, query: FeedQuery) -> FeedPage:
    if query.client_id is not None and query.client_id not in actor.identity.split():
        raise InvalidInput(Issue("clientId", "notYourOwn", "leave it out or give your own", "query"))
    return await services_of(request).document_events.page(
        actor, kind, after=query.after, since=query.since, limit=query.limit
    )
