"""How far the audit log is: for its meters, for whoever watches an API's health, and for `ebox doctor`.

What counts is the published checkpoint: a leaf that none covers can be proved to nobody. An API goes on
without an audit log, so that one that stands still is an alarm and never a reason to take the API away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Final

from api.services import ProjectionState
from audit.published import PublishedLog
from audit.sequencer.rows import LeafRows
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note
from domain.errors import Retryable
from telemetry import meters

NAME: Final = "audit_log"
PATIENCE_SECONDS: Final = 10.0

_REMEMBERED_HEADS: Final = 360
"""An hour of looks: an audit log that is further behind counts as an hour behind."""


def covered_position(published: PublishedLog, rows: LeafRows) -> int:
    """The last event that the published checkpoint covers; 0 where there is none. Blocks.

    Raises `domain.errors.Unavailable`, and ValueError where what is published is no checkpoint.
    """
    note = published.checkpoint()
    size = 0 if note is None else Checkpoint.parse(Note.parse(note).text).size
    if size == 0:
        return 0
    row = rows.at([size - 1]).get(size - 1)
    return row.position if row else 0


class AuditLogProbe:
    """Remembers where the log ended at earlier looks, so that the lag can be told in seconds."""

    def __init__(
        self, head: Callable[[], int], covered: Callable[[], int], now: Callable[[], float] = monotonic
    ) -> None:
        self._head = head
        self._covered = covered
        self._now = now
        self._heads: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED_HEADS)

    def __call__(self) -> None:
        """Look once."""
        head, now = self._head(), self._now()
        self._heads.append((now, head))
        covered = self._covered()
        behind_since = next((at for at, end in self._heads if end > covered), now)
        meters.AUDIT_LAG_SECONDS.set(now - behind_since)


class AuditLogHealth:
    """The read models' states, and the audit log's beside them under `audit_log`."""

    def __init__(
        self,
        read_models: Callable[[], Awaitable[Mapping[str, ProjectionState]]],
        head: Callable[[], Awaitable[int]],
        covered: Callable[[], Awaitable[int]],
    ) -> None:
        self._read_models = read_models
        self._head = head
        self._covered = covered
        self._moved = (-1, 0.0)

    async def states(self) -> Mapping[str, ProjectionState]:
        """Each state, by name. Raises `Unavailable` where the event store does not answer."""
        states = await self._read_models()
        head = await self._head()
        try:
            position = await self._covered()
        except (Retryable, ValueError):
            position = 0
        is_moving = not self._is_stuck(position, head)
        return {
            **states,
            NAME: ProjectionState(position=position, lag=max(0, head - position), is_moving=is_moving),
        }

    def _is_stuck(self, position: int, head: int) -> bool:
        seen_at, since = self._moved
        now = monotonic()
        if position >= head or position != seen_at:
            since = now
        self._moved = (position if position < head else -1, since)
        return now - since > PATIENCE_SECONDS
