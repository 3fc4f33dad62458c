"""The files that all pages share: the style sheet and the icon. Known by name, held in memory.

Their addresses name their content, so that browsers may keep them for good and never show an old one.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

STATIC_PATH: Final = "/static/{name}"
_FOLDER = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {"ebox.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def static_router() -> APIRouter:
    """`GET /static/…`."""
    router = APIRouter(include_in_schema=False)

    @router.get(STATIC_PATH)
    def file(name: str) -> Response:
        if name not in _MEDIA_TYPES:
            raise HTTPException(404)
        return Response(_content(name), headers=_HEADERS, media_type=_MEDIA_TYPES[name])

    return router


def address_of(name: str) -> str:
    """Where a browser gets the file, as it is now."""
    return f"{STATIC_PATH.format(name=name)}?{hashlib.sha256(_content(name)).hexdigest()[:12]}"


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
