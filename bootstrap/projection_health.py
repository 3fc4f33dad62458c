"""How the read models are, for whoever watches: a load balancer and an operator's alarm.

A read model that is behind is no trouble while it moves. One that stays where it is though there is more in
the log has no projector any more: an alarm, but no reason to take an API away that still publishes and reads.
One that has not begun, or of which nothing is heard, cannot be read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Final

from api.services import ProjectionState
from projections.models import READ_MODELS
from projections.positions import ReadPositions

PATIENCE_SECONDS: Final = 10.0


class ProjectionHealth:
    """Looks when asked; remembers since when a model that is behind has been where it is."""

    def __init__(
        self,
        head: Callable[[], Awaitable[int]],
        positions: ReadPositions,
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._head = head
        self._positions = positions
        self._patience = patience
        self._behind: dict[str, tuple[int, float]] = {}

    async def states(self) -> Mapping[str, ProjectionState]:
        """Each read model's state, by name. Raises `Unavailable` where the event store does not answer."""
        head = await self._head()
        return {model.name: self._state(model.name, head) for model in READ_MODELS}

    def _state(self, model: str, head: int) -> ProjectionState:
        position = self._positions.position(model)
        is_heard_of = self._positions.is_confirmed(self._patience)
        return ProjectionState(
            position=position,
            lag=max(0, head - position),
            is_readable=is_heard_of and self._positions.has_begun(model),
            is_moving=not self._is_stuck(model, position, head),
        )

    def _is_stuck(self, model: str, position: int, head: int) -> bool:
        now = monotonic()
        seen_at, since = self._behind.get(model, (-1, now))
        if position >= head or position != seen_at:
            since = now
        # At the head it is behind nothing: `-1` lets the time begin anew with the next event.
        self._behind[model] = (position if position < head else -1, since)
        return now - since > self._patience
