"""Documents: saved as they are, or looked at here, where no browser need open what a stranger sent.

A PDF is shown as a picture of one page at a time, with the page's text beneath for who does not see
pictures; a text as text; a photo as a photo, under a policy that lets it be nothing else. All else can be
saved. Every one of these is an access, committed before a byte leaves.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, Final, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from application.views import ByteRange, ContentRequest, ContentView
from domain.decisions import Operation
from domain.errors import NotFound
from storage.rendering import CannotDraw
from storage.spool import SpooledUpload
from web.downloads import Download
from web.pages import NOTHING_MORE, Pages
from web.portal import Portal, portal_of
from web.security import Visitor, keep_position, signed_in
from web.troubles import page_route

ATTACHMENT_PATH: Final = "/messages/{message_id}/attachments/{attachment_id}"
PDF: Final = "application/pdf"
TEXT: Final = "text/plain"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
"""Pictures of dots, which hold no script."""

_MOST_TEXT: Final = 256 * 1024
_LAST_PAGE: Final = 100_000
_ONLY_ITSELF: Final = {
    **NOTHING_MORE,
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
}
_A_LOOK: Final = ContentRequest(byte_range=ByteRange())
"""All of the document, as the part that it is: who turns its pages looks at it once."""

ReadingVisitor = Annotated[Visitor, signed_in(Operation.READ)]
PageNumber = Annotated[int, Query(ge=1, le=_LAST_PAGE)]


def is_shown(media_type: str) -> bool:
    """Whether documents of this type can be looked at here."""
    return media_type in {PDF, TEXT, *PICTURES}


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
        answer = Download(_stream(content), headers=headers, media_type=content.media_type)
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
        content = await _content(portal, visitor, message_id, attachment_id, _A_LOOK)
        with await _spooled(portal, content) as document:
            shown = await _shown(portal, content.media_type, document, page)
        answer = pages.show(
            request,
            "document.html",
            query={"page": str(page)},
            address=f"/messages/{message_id}/attachments/{attachment_id}",
            message_address=f"/messages/{message_id}",
            name=content.file_name,
            size=content.size,
            page=page,
            **shown,
        )
        return keep_position(pages, answer, content.position)

    @router.get(f"{ATTACHMENT_PATH}/picture")
    async def picture(
        request: Request,
        message_id: UUID,
        attachment_id: UUID,
        visitor: ReadingVisitor,
        page: PageNumber = 1,
    ) -> Response:
        portal = portal_of(request)
        content = await _content(portal, visitor, message_id, attachment_id, _A_LOOK)
        if content.media_type in PICTURES:
            return Download(_stream(content), headers=_ONLY_ITSELF, media_type=content.media_type)
        with await _spooled(portal, content) as document:
            try:
                drawn = await portal.renderer.picture(document, page)
            except CannotDraw:
                raise NotFound("page") from None
        if not drawn.picture:
            raise NotFound("page")
        return Response(drawn.picture, headers=_ONLY_ITSELF, media_type="image/png")

    return router


async def _shown(portal: Portal, media_type: str, document: SpooledUpload, page: int) -> dict[str, Any]:
    """What the page shows: `kind` is pages, text, picture or nothing."""
    if media_type in PICTURES:
        return {"kind": "picture", "pages": 1, "text": ""}
    if media_type == TEXT:
        text = document.head(_MOST_TEXT).decode("utf-8", "replace")
        return {"kind": "text", "pages": 1, "text": text, "is_cut": document.size > _MOST_TEXT}
    try:
        drawn = await portal.renderer.text(document, page)
    except CannotDraw:
        return {"kind": "nothing", "pages": 0, "text": ""}
    if page > drawn.pages:
        raise NotFound("page")
    text = drawn.text.replace("\r\n", "\n").strip()
    return {
        "kind": "pages",
        "pages": drawn.pages,
        "text": text,
        "width": drawn.width,
        "height": drawn.height,
    }


async def _content(
    portal: Portal, visitor: Visitor, message_id: UUID, attachment_id: UUID, asked: ContentRequest
) -> ContentView:
    """The document, its access recorded. Raises `NotFound`, `Gone`, `Retryable`."""
    return await portal.reading.content(visitor.actor, message_id, attachment_id, asked)


async def _spooled(portal: Portal, content: ContentView) -> SpooledUpload:
    """All of the document where another process can read it; whoever gets it closes it.

    Raises `NotFound` for a document of a kind that is not shown.
    """
    stream = _stream(content)
    if not is_shown(content.media_type):
        await stream.aclose()
        raise NotFound("view")
    document = SpooledUpload(portal.spool, max_size=portal.max_file_bytes)
    try:
        async for chunk in stream:
            await document.write(chunk)
        await document.finish()
    except BaseException:
        document.close()
        raise
    finally:
        await stream.aclose()
    return document


def _stream(content: ContentView) -> AsyncGenerator[bytes]:
    """The document's bytes; whoever gets them closes them."""
    return cast("AsyncGenerator[bytes]", content.stream)
