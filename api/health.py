"""Whether this process lives, and whether it can do its work. For load balancers: no token, no details."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.parameters import StrictRoute
from api.responses import described, json_answer
from api.schemas.health import Check, Health, ProjectionCheck
from api.services import ProjectionState, Services, services_of

CHECK_SECONDS = 2.0

router = APIRouter(prefix="/health", tags=["health"], route_class=StrictRoute)


@router.head("/live", include_in_schema=False)
@router.get(
    "/live", summary="Does it live?", responses=described(200, Health, kinds.BAD_REQUEST, usual=False)
)
async def live() -> Response:
    """The process answers. Restart it where this fails."""
    return json_answer(Health(status="UP"))


@router.head("/ready", include_in_schema=False)
@router.get(
    "/ready",
    summary="Can it work?",
    responses={
        **described(200, Health, kinds.BAD_REQUEST, usual=False),
        503: described(503, Health, usual=False)[503],
    },
)
async def ready(request: Request) -> Response:
    """Each part that it depends on, and how far each read model is behind. 503 while a part is down or a read
    model cannot be read. A read model that stays behind is `DOWN` too, but no reason for a 503: its projector
    needs help, and this process can still publish and read.
    """
    services = services_of(request)
    names = list(services.dependencies)
    ups, states = await asyncio.gather(
        asyncio.gather(*(_is_up(services.dependencies[name]) for name in names)), _states(services)
    )
    is_readable = states is not None and all(state.is_readable for state in states.values())
    is_up = all(ups) and is_readable
    health = Health(
        status=_status(is_up),
        dependencies={name: Check(status=_status(up)) for name, up in zip(names, ups, strict=True)},
        projections=_projections(states),
    )
    return json_answer(health, status=200 if is_up else kinds.SERVICE_UNAVAILABLE.status)


async def _is_up(check: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception:  # noqa: BLE001 - whatever a check raises means that the part is down
        return False
    return True


async def _states(services: Services) -> Mapping[str, ProjectionState] | None:
    """The state of each read model; None where they cannot be asked."""
    if services.projections is None:
        return {}
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await services.projections()
    except Exception:  # noqa: BLE001 - whatever it raises means that the read models cannot be asked
        return None


def _projections(states: Mapping[str, ProjectionState] | None) -> dict[str, ProjectionCheck]:
    if states is None:
        return {"all": ProjectionCheck(status="DOWN")}
    return {
        name: ProjectionCheck(
            status=_status(state.is_readable and state.is_moving), position=state.position, lag=state.lag
        )
        for name, state in states.items()
    }


def _status(is_up: bool) -> Literal["UP", "DOWN"]:
    return "UP" if is_up else "DOWN"
