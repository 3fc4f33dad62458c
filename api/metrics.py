"""The meters of this process, or of all that share its port, for Prometheus.

Public by contract: no label says anything of anybody. Outsiders need not see it all the same; the proxy in
front keeps it from them.
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.parameters import StrictRoute
from telemetry.exposition import exposition

router = APIRouter(route_class=StrictRoute)


@router.head("/metrics", include_in_schema=False)
@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """All meters."""
    # In a thread: with thousands of series it takes long enough to be felt by other requests.
    text, media_type = await asyncio.to_thread(exposition, request.headers.get("accept"))
    return Response(text, headers={"Content-Type": media_type, "Cache-Control": "no-store"})
