"""The keys by which receivers of webhooks know that an event comes from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from domain.errors import Retryable
from identity.webhook_keys import DIRECTORY_PATH, DIRECTORY_TYPE

_CACHED = {"Cache-Control": "public, max-age=300"}


class KeySetResponse(JSONResponse):
    """A JWK set under the media type of a signatures directory."""

    media_type = DIRECTORY_TYPE


def webhook_keys_router(jwks: Callable[[], dict[str, list[dict[str, Any]]]]) -> APIRouter:
    """The key set; `jwks` blocks."""
    router = APIRouter(tags=["webhooks"])

    @router.get(
        DIRECTORY_PATH,
        response_class=KeySetResponse,
        responses={503: {"description": "Try again after `Retry-After` seconds"}},
        summary="The keys that sign what webhooks are told (RFC 7517)",
    )
    async def keys() -> KeySetResponse:
        try:
            return KeySetResponse(await anyio.to_thread.run_sync(jwks), headers=_CACHED)
        except Retryable as refusal:
            return KeySetResponse({"keys": []}, 503, {"Retry-After": str(refusal.retry_after)})

    return router
