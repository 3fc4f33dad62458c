"""Pages of PDFs for visitors: drawn first and recorded after, so that what was never shown is no access.

A place at the renderer comes before the document itself: who waits for one takes no room on the disk. And a
visitor who has gone is not drawn for any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Final, Literal, TypeVar, cast
from uuid import UUID

from fastapi import Request
from starlette.requests import ClientDisconnect

from application.views import ByteRange, ContentRequest, ContentView
from domain.errors import NotFound, Unavailable
from storage.rendering import Page
from storage.spool import SpooledUpload
from web.portal import Portal
from web.security import Visitor

A_LOOK: Final = ContentRequest(byte_range=ByteRange())
"""All of the document, as the part that it is: who turns its pages looks at it once."""

_BRING_SECONDS: Final = 20.0
"""How long a document may take to come from the store, while others wait for the place."""
_END_SECONDS: Final = 10.0

T = TypeVar("T")


async def draw(
    portal: Portal,
    visitor: Visitor,
    message_id: UUID,
    attachment_id: UUID,
    number: int,
    wanted: Literal["text", "picture"],
) -> tuple[Page, int]:
    """The page (from 1) of a PDF, and the position of the access, which is committed.

    Raises `NotFound` where there is no such page, `CannotDraw`, `StorageUnavailable`, and what
    `Reading.hold_content` does; then nothing is recorded.
    """
    async with portal.renderer.place(visitor.actor.token_sha256) as place:
        held = await portal.reading.hold_content(visitor.actor, message_id, attachment_id, A_LOOK)
        with await _spooled(portal, held.view) as document:
            drawn = await (place.text if wanted == "text" else place.picture)(document, number)
    if number > drawn.pages:
        raise NotFound("page")
    return drawn, await held.release()


async def while_here(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; it is ended, and `ClientDisconnect` raised, once the client has gone."""
    doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((doing, gone), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise ClientDisconnect
    finally:
        doing.cancel()
        gone.cancel()
        # The work may have a process to end.
        await asyncio.wait((doing, gone), timeout=_END_SECONDS)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _spooled(portal: Portal, content: ContentView) -> SpooledUpload:
    """All of the document where another process can read it; whoever gets it closes it."""
    stream = stream_of(content)
    document = SpooledUpload(portal.spool, max_size=portal.max_file_bytes)
    try:
        async with asyncio.timeout(_BRING_SECONDS):
            async for chunk in stream:
                await document.write(chunk)
            await document.finish()
    except TimeoutError:
        document.close()
        raise Unavailable("the document did not come in time") from None
    except BaseException:
        document.close()
        raise
    finally:
        await stream.aclose()
    return document


def stream_of(content: ContentView) -> AsyncGenerator[bytes]:
    """The document's bytes; whoever gets them closes them."""
    return cast("AsyncGenerator[bytes]", content.stream)
