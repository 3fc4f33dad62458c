"""Who looked at my documents: the access history of one's own mailbox, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from application.reference import Reference, ReferenceData
from domain.access import BasisKind
from domain.actors import Actor
from domain.decisions import Operation
from identity.visitors import PORTAL
from projections.access_history import HistoryRow
from web.formats import BRUSSELS
from web.pages import Pages
from web.portal import portal_of
from web.security import Visitor, signed_in
from web.troubles import page_route

HISTORY_PATH: Final = "/access-history"
PAGE_SIZE: Final = 25
_LAST_POSITION: Final = 2**62


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One thing that happened.

    `who`: you, auditor, sender, ebox, somebody, or withheld. `site` is None for the portal. `employee`: the
    number of which person of the enterprise it was, where it is one's history and it was not the reader.
    """

    row: HistoryRow
    who: str
    sender: Mapping[str, str]
    site: Mapping[str, str] | None
    employee: str | None = None


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
        lines = [_line(row, visitor.actor, known) for row in found.rows]
        return pages.show(
            request,
            "history.html",
            query={"before": str(before)} if before else {},
            days=[list(day) for _, day in groupby(lines, _day)],
            older=found.next_position,
            is_first=before is None,
        )

    return router


def _line(row: HistoryRow, reader: Actor, known: ReferenceData) -> Line:
    sender = known.organisations.get(row.sender_organisation or "")
    site = known.sites.get(row.site or "")
    return Line(
        row,
        _who(row, reader),
        sender.name if sender else {},
        None if row.site == PORTAL else _name_of_site(site.name if site else None, row.site),
        row.actor if row.basis_kind == BasisKind.ROLE and row.actor_party != reader.party_id else None,
    )


def _name_of_site(name: Mapping[str, str] | None, site: str | None) -> Mapping[str, str]:
    return name or ({"en": site} if site else {})


def _who(row: HistoryRow, reader: Actor) -> str:
    if row.is_withheld:
        return "withheld"
    if row.actor_party == reader.party_id:
        return "you"
    return {"auditor": "auditor", "partner": "sender", None: "ebox"}.get(row.actor_kind, "somebody")


def _day(line: Line) -> date:
    return line.row.at.astimezone(BRUSSELS).date()
