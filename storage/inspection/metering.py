"""Measures inspections: how long each took, and why uploads were not accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from storage.errors import InspectionRefused
from telemetry import meters, spans

P = ParamSpec("P")
T = TypeVar("T")


def metered(inspect: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """For a method that inspects one upload."""

    @wraps(inspect)
    async def measured(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with meters.INSPECTION_SECONDS.time(), spans.span("inspection"):
                return await inspect(*args, **kwargs)
        except InspectionRefused as refused:
            meters.INSPECTION_REFUSALS.labels(refused.reason).inc()
            raise

    return measured
