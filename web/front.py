"""The front page, to which every mail leads: what this is, and where one reads.

It knows nothing of anybody and loads nothing from anywhere else.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from web.pages import Pages

FRONT_PATH: Final = "/"
_DESCRIPTION_PATH: Final = "/docs"


def front_router(pages: Pages) -> APIRouter:
    """`GET /`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(FRONT_PATH, methods=["GET", "HEAD"])
    async def front(request: Request) -> Response:
        return pages.show(request, "front.html", description_path=_DESCRIPTION_PATH)

    return router
