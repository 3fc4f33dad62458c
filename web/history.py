"""Who looked at my documents: the access history of one's own mailbox, in sentences."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from application.reference import Reference
from domain.decisions import Operation
from web.formats import BRUSSELS
from web.pages import Pages
from web.portal import portal_of
from web.security import Visitor, signed_in
from web.sentences import Line, line_of
from web.troubles import page_route

HISTORY_PATH: Final = "/access-history"
PAGE_SIZE: Final = 25
_LAST_POSITION: Final = 2**62


def history_router(pages: Pages, reference: Reference) -> APIRouter:
    """`/access-history`, newest first; `before` leads to what is older."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(HISTORY_PATH)
    async def history(
        request: Request,
        visitor: Annotated[Visitor, signed_in(Operation.OWN_HISTORY)],
        before: Annotated[int | None, Query(ge=1, le=_LAST_POSITION)] = None,
    ) -> Response:
        found = await portal_of(request).own_history.page(
            visitor.actor, before=before, limit=PAGE_SIZE, at_least=visitor.at_least
        )
        known = await reference.current()
        log = portal_of(request).audit_log
        lines = [line_of(row, visitor.actor.party_id, known) for row in found.rows]
        return pages.show(
            request,
            "history.html",
            query={"before": str(before)} if before else {},
            days=[list(day) for _, day in groupby(lines, _day)],
            older=found.next_position,
            is_first=before is None,
            leaves=found.leaves,
            log=await log.state(),
        )

    return router


def _day(line: Line) -> date:
    return line.row.at.astimezone(BRUSSELS).date()
