"""Who looked at my documents, checked by whoever asks: the proof of a line, and all of it to take home."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from audit.proving.errors import NotLoggedYet
from audit.tlog.proofs import MEDIA_TYPE
from domain.decisions import Operation
from domain.errors import Unavailable
from web.downloads import Download
from web.history import HISTORY_PATH
from web.pages import NOTHING_MORE, Pages, language_of
from web.portal import portal_of
from web.security import Visitor, signed_in
from web.troubles import page_route

HistoryVisitor = Annotated[Visitor, signed_in(Operation.OWN_HISTORY)]

_ZIP: Final = "application/zip"
_ONLY_ITSELF: Final = {
    **NOTHING_MORE,
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}


def history_proofs_router(pages: Pages) -> APIRouter:
    """`/access-history/export`, and `/access-history/…/proof` of each line."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(f"{HISTORY_PATH}/export")
    async def export(request: Request, visitor: HistoryVisitor) -> Response:
        content = await portal_of(request).history_export.begin(visitor.actor, language_of(request))
        return Download(content, headers=_headers("access-history.zip"), media_type=_ZIP)

    @router.get(f"{HISTORY_PATH}/{{event_id}}/proof")
    async def proof(request: Request, event_id: UUID, visitor: HistoryVisitor) -> Response:
        try:
            found = await portal_of(request).own_proofs.of_event(visitor.actor, event_id)
        except NotLoggedYet as error:
            raise Unavailable("not in the audit log yet", retry_after=error.retry_after) from error
        headers = _headers(f"{event_id}.tlog-proof")
        return Response(found.encode(), headers=headers, media_type=MEDIA_TYPE)

    return router


def _headers(name: str) -> dict[str, str]:
    return {**_ONLY_ITSELF, "Content-Disposition": f'attachment; filename="{name}"'}
