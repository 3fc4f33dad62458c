"""The published audit log (C2SP `tlog-tiles`): its tiles and checkpoints for everybody, entries for auditors.

A tile never changes, so that everybody on the way may keep it for good; a checkpoint they keep for a second.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import StrictRoute
from api.ranges import content_request, entity_tag
from api.responses import problems
from api.scalars import WholeNumber
from api.security import guarded
from api.services import services_of
from audit.tlog.tiles import TilePath, parse_path
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import NotFound

PREFIX: Final = "/audit"
TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
STAMP: Final = "application/timestamp-reply"
TAGS: Final[list[str | Enum]] = ["audit log"]

router = APIRouter(prefix=PREFIX, tags=TAGS, route_class=StrictRoute)

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_A_SECOND: Final = "public, max-age=1"
_A_WHILE: Final = "public, max-age=300"
_NOBODY: Final = "private, no-store"
_MOST: Final = 2**63 - 1

TilePlace = Annotated[
    str,
    Path(
        alias="path",
        max_length=64,
        description="Level, number and width as `tlog-tiles` writes them: `0/x001/234.p/5`.",
        examples=["0/000.p/1"],
    ),
]
BundlePlace = Annotated[
    str,
    Path(
        alias="path",
        max_length=64,
        description="Number and width as `tlog-tiles` writes them: `x001/234.p/5`.",
        examples=["000.p/1"],
    ),
]
HeadsLeaf = Annotated[
    WholeNumber, Path(alias="leaf", ge=0, le=_MOST, description="The index of the day's closing leaf.")
]
StampedSize = Annotated[
    WholeNumber, Path(alias="size", ge=1, le=_MOST, description="How many leaves the tree has.")
]

_TROUBLES: Final = (kinds.BAD_REQUEST, kinds.INTERNAL_SERVER_ERROR, kinds.SERVICE_UNAVAILABLE)
_HEADERS: Final[dict[str, Any]] = {
    "ETag": {"description": "For `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long it may be kept.", "schema": {"type": "string"}},
}
_ASKING: Final = {
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "description": "Answer 304 for what has one of these `ETag`s.",
            "schema": {"type": "string"},
        }
    ]
}


def _text(what: str) -> dict[int | str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    return _file(what, content) | problems(*_TROUBLES, usual=False)


def _stamp(what: str) -> dict[int | str, Any]:
    content = {STAMP: {"schema": {"type": "string", "format": "binary"}}}
    return _file(what, content) | problems(kinds.NOT_FOUND, *_TROUBLES, usual=False)


def _tile(what: str, *more: kinds.ProblemType, usual: bool = False) -> dict[int | str, Any]:
    content = {BYTES: {"schema": {"type": "string", "format": "binary"}}}
    return _file(what, content) | problems(kinds.NOT_FOUND, *_TROUBLES, *more, usual=usual)


def _file(what: str, content: dict[str, Any]) -> dict[int | str, Any]:
    return {
        200: {"description": what, "content": content, "headers": _HEADERS},
        304: {"description": "You have it already (`If-None-Match`)."},
    }


@router.head("/checkpoint", include_in_schema=False)
@router.get(
    "/checkpoint",
    summary="The newest checkpoint of the audit log",
    response_class=Response,
    responses=_text("The signed tree head (C2SP tlog-checkpoint)."),
    openapi_extra=_ASKING,
)
async def checkpoint(request: Request) -> Response:
    """A signed note with the size and the root of the log, cosigned by witnesses where there are some."""
    return _answer(request, await services_of(request).audit_log.checkpoint(), TEXT, _A_SECOND)


@router.head("/checkpoint/witnessed", include_in_schema=False)
@router.get(
    "/checkpoint/witnessed",
    summary="The newest checkpoint that enough witnesses cosigned",
    response_class=Response,
    responses=_text("The checkpoint, with the cosignatures (C2SP tlog-cosignature)."),
    openapi_extra=_ASKING,
)
async def witnessed_checkpoint(request: Request) -> Response:
    """The newest one that met the quorum of the log's policy."""
    return _answer(request, await services_of(request).audit_log.witnessed(), TEXT, _A_SECOND)


@router.head("/vkeys", include_in_schema=False)
@router.get(
    "/vkeys",
    summary="The keys that check the log's signatures",
    response_class=Response,
    responses=_text("One verifier key (C2SP signed-note) a line, the current one first."),
    openapi_extra=_ASKING,
)
async def vkeys(request: Request) -> Response:
    """Compare them with what you got by another way: who could exchange the log could exchange these too."""
    return _answer(request, await services_of(request).audit_log.vkeys(), TEXT, _A_WHILE)


@router.head("/promises/vkeys", include_in_schema=False)
@router.get(
    "/promises/vkeys",
    summary="The keys that check promises",
    response_class=Response,
    responses=_text("One verifier key (C2SP signed-note) a line, the current one first."),
    openapi_extra=_ASKING,
)
async def promise_vkeys(request: Request) -> Response:
    """For the `promise` in the answer to a publication; keys of before are kept for eleven years."""
    keys = await services_of(request).promises.vkeys()
    return _answer(request, "".join(f"{key.text}\n" for key in keys).encode(), TEXT, _A_WHILE)


@router.head("/tile/entries/{path:path}", include_in_schema=False)
@router.get(
    "/tile/entries/{path:path}",
    summary="A bundle of the log's entries",
    response_class=Response,
    responses=_tile("The entries, each behind its length in two bytes.", usual=True),
    openapi_extra=_ASKING,
)
async def entries(
    actor: Annotated[Actor, guarded(Operation.READ_ENTRIES)], request: Request, path: BundlePlace
) -> Response:
    """For auditors whose scope has every mailbox. What one token fetches in ten minutes is recorded once."""
    place = _place(f"tile/entries/{path}")
    return _answer(request, await services_of(request).proofs.entries(actor, place), BYTES, _NOBODY)


@router.head("/tile/{path:path}", include_in_schema=False)
@router.get(
    "/tile/{path:path}",
    summary="A tile of the log",
    response_class=Response,
    responses=_tile("Up to 256 hashes of 32 bytes (C2SP tlog-tiles)."),
    openapi_extra=_ASKING,
)
async def tile(request: Request, path: TilePlace) -> Response:
    """Neighbouring hashes of one level, as far as the newest checkpoint goes."""
    return _answer(request, await services_of(request).audit_log.tile(_tile_at(path)), BYTES, _FOR_GOOD)


@router.head("/heads/{leaf}/tile/entries/{path:path}", include_in_schema=False)
@router.get(
    "/heads/{leaf}/tile/entries/{path:path}",
    summary="A bundle of mailbox heads",
    response_class=Response,
    responses=_tile("The records of 56 bytes, each behind its length in two bytes.", usual=True),
    openapi_extra=_ASKING,
)
async def heads_entries(
    actor: Annotated[Actor, guarded(Operation.READ_ENTRIES)],
    request: Request,
    leaf: HeadsLeaf,
    path: BundlePlace,
) -> Response:
    """The last leaf of every mailbox as the day was closed; for auditors whose scope has every mailbox."""
    place = _place(f"tile/entries/{path}")
    return _answer(request, await services_of(request).proofs.heads(actor, leaf, place), BYTES, _NOBODY)


@router.head("/heads/{leaf}/tile/{path:path}", include_in_schema=False)
@router.get(
    "/heads/{leaf}/tile/{path:path}",
    summary="A tile of a tree of mailbox heads",
    response_class=Response,
    responses=_tile("Up to 256 hashes of 32 bytes (C2SP tlog-tiles)."),
    openapi_extra=_ASKING,
)
async def heads_tile(request: Request, leaf: HeadsLeaf, path: TilePlace) -> Response:
    """The tree whose root the day's closing leaf tells."""
    found = await services_of(request).audit_log.heads_tile(leaf, _tile_at(path))
    return _answer(request, found, BYTES, _FOR_GOOD)


@router.head("/timestamps/index", include_in_schema=False)
@router.get(
    "/timestamps/index",
    summary="Which trees of the log were stamped",
    response_class=Response,
    responses=_text("The number of leaves of each, one a line; nothing where no authority is asked."),
    openapi_extra=_ASKING,
)
async def stamped_sizes(request: Request) -> Response:
    """Once a day a timestamp authority says that it saw the log: of which sizes."""
    return _answer(request, await services_of(request).audit_log.stamped_sizes(), TEXT, _A_WHILE)


@router.head("/timestamps/{size}", include_in_schema=False)
@router.get(
    "/timestamps/{size}",
    summary="A timestamp of the log",
    response_class=Response,
    responses=_stamp("The authority's answer (RFC 3161), which has its signature."),
    openapi_extra=_ASKING,
)
async def timestamp(request: Request, size: StampedSize) -> Response:
    """What is stamped are the three lines of that tree's checkpoint: origin, size and root."""
    return _answer(request, await services_of(request).audit_log.timestamp(size), STAMP, _A_WHILE)


def _tile_at(path: str) -> TilePath:
    place = _place(f"tile/{path}")
    if place.level is None:
        raise NotFound("tile")
    return place


def _place(path: str) -> TilePath:
    """Whatever `tlog-tiles` would not write is not there."""
    try:
        return parse_path(path)
    except ValueError:
        raise NotFound("tile") from None


def _answer(request: Request, data: bytes, media_type: str, kept: str) -> Response:
    tag = hashlib.sha256(data).hexdigest()
    headers = {
        "ETag": entity_tag(tag),
        "Cache-Control": kept,
        "X-Content-Type-Options": "nosniff",
    }
    if content_request(request.headers, describe_only=True).is_known(tag):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(len(data))}, media_type=media_type)
    return Response(data, headers=headers, media_type=media_type)
