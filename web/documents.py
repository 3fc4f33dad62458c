"""Documents: saved as they are, or looked at here, where no browser need open what a stranger sent.

A PDF is shown as a picture of one page at a time, with the page's text beneath for who does not see
pictures; text and CSV as text. All else can only be saved, web pages among them. Every one of these is an
access, committed before a byte leaves; what could not be shown is none, and does not open the message. A page
that only names a document is an access to its description.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from contextlib import aclosing
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from application.views import ContentRequest, ContentView, HeldContent
from domain.decisions import Operation
from domain.errors import NotFound
from storage.rendering import CannotDraw, Page
from web.downloads import Download
from web.drawing import A_LOOK, draw, stream_of, while_here
from web.pages import NOTHING_MORE, Pages
from web.portal import Portal, portal_of
from web.security import Visitor, keep_position, signed_in
from web.troubles import page_route

ATTACHMENT_PATH: Final = "/messages/{message_id}/attachments/{attachment_id}"
PDF: Final = "application/pdf"
TEXTS: Final = frozenset({"text/plain", "text/csv"})
"""What a browser is given as characters of a page of ours, in which none of them means anything."""

_MOST_TEXT: Final = 256 * 1024
_LAST_PAGE: Final = 100_000
_ONLY_ITSELF: Final = {
    **NOTHING_MORE,
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}
_NOTHING: Final[Mapping[str, Any]] = {"kind": "nothing", "pages": 0, "text": ""}

ReadingVisitor = Annotated[Visitor, signed_in(Operation.READ)]
PageNumber = Annotated[int, Query(ge=1, le=_LAST_PAGE)]


def is_shown(media_type: str) -> bool:
    """Whether documents of this type can be looked at here."""
    return media_type in {PDF, *TEXTS}


def documents_router(pages: Pages) -> APIRouter:
    """`…/download`, `…/view` and the pictures that a view shows."""
    router = APIRouter(include_in_schema=False, route_class=page_route(pages))

    @router.get(f"{ATTACHMENT_PATH}/download")
    async def download(
        request: Request, message_id: UUID, attachment_id: UUID, visitor: ReadingVisitor
    ) -> Response:
        content = await _content(portal_of(request), visitor, message_id, attachment_id, ContentRequest())
        name = f"; filename*=UTF-8''{quote(content.file_name)}" if content.file_name else ""
        headers = {
            **_ONLY_ITSELF,
            "Content-Disposition": f"attachment{name}",
            "Content-Length": str(content.size),
        }
        answer = Download(stream_of(content), headers=headers, media_type=content.media_type)
        return keep_position(pages, answer, content.position)

    @router.get(f"{ATTACHMENT_PATH}/view")
    async def view(
        request: Request,
        message_id: UUID,
        attachment_id: UUID,
        visitor: ReadingVisitor,
        page: PageNumber = 1,
    ) -> Response:
        portal = portal_of(request)
        described = await _described(portal, visitor, message_id, attachment_id, page)
        if described.view.media_type in TEXTS:
            shown, position = await _text(portal, visitor, message_id, attachment_id)
        else:
            try:
                drawing = draw(portal, visitor, message_id, attachment_id, page, "text")
                drawn, position = await while_here(request, drawing)
                shown = _page(drawn)
            except CannotDraw:
                shown, position = _NOTHING, await described.release()
        answer = pages.show(
            request,
            "document.html",
            query={"page": str(page)},
            address=f"/messages/{message_id}/attachments/{attachment_id}",
            message_address=f"/messages/{message_id}",
            name=described.view.file_name,
            size=described.view.size,
            page=page,
            **shown,
        )
        return keep_position(pages, answer, position)

    @router.get(f"{ATTACHMENT_PATH}/picture")
    async def picture(
        request: Request,
        message_id: UUID,
        attachment_id: UUID,
        visitor: ReadingVisitor,
        page: PageNumber = 1,
    ) -> Response:
        portal = portal_of(request)
        media_type = (await _described(portal, visitor, message_id, attachment_id, page)).view.media_type
        if media_type != PDF:
            raise NotFound("picture")
        try:
            drawing = draw(portal, visitor, message_id, attachment_id, page, "picture")
            drawn, position = await while_here(request, drawing)
        except CannotDraw:
            raise NotFound("page") from None
        answer = Response(drawn.picture, headers=_ONLY_ITSELF, media_type="image/png")
        return keep_position(pages, answer, position)

    return router


async def _described(
    portal: Portal, visitor: Visitor, message_id: UUID, attachment_id: UUID, page: int
) -> HeldContent:
    """The document's description, not opened and not recorded, where that page of it may be shown.

    Raises `NotFound` for a document of a kind that is not shown, and `NotFound`, `Gone`.
    """
    asked = ContentRequest(describe_only=True)
    described = await portal.reading.hold_content(visitor.actor, message_id, attachment_id, asked)
    if not is_shown(described.view.media_type) or (page > 1 and described.view.media_type != PDF):
        raise NotFound("view")
    return described


async def _text(
    portal: Portal, visitor: Visitor, message_id: UUID, attachment_id: UUID
) -> tuple[Mapping[str, Any], int]:
    """The beginning of a text, and the position of the access."""
    held = await portal.reading.hold_content(visitor.actor, message_id, attachment_id, A_LOOK)
    beginning = bytearray()
    async with aclosing(stream_of(held.view)) as stream:
        async for chunk in stream:
            beginning += chunk
            if len(beginning) >= _MOST_TEXT:
                break
    # A character may be cut in two at the end; it is among what is not shown.
    text, _ = codecs.utf_8_decode(beginning[:_MOST_TEXT].removeprefix(codecs.BOM_UTF8), "replace")
    shown = {"kind": "text", "pages": 1, "text": text, "is_cut": held.view.size > _MOST_TEXT}
    return shown, await held.release()


def _page(drawn: Page) -> Mapping[str, Any]:
    return {
        "kind": "pages",
        "pages": drawn.pages,
        "text": drawn.text.replace("\r\n", "\n").strip(),
        "width": drawn.width,
        "height": drawn.height,
    }


async def _content(
    portal: Portal, visitor: Visitor, message_id: UUID, attachment_id: UUID, asked: ContentRequest
) -> ContentView:
    """The document, its access recorded. Raises `NotFound`, `Gone`, `Retryable`."""
    return await portal.reading.content(visitor.actor, message_id, attachment_id, asked)
