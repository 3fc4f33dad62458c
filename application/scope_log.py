"""Auditors' scopes as the log has them at this moment: a withdrawal counts from the next look on."""

from __future__ import annotations

from uuid import UUID

from domain.scope import Scope
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore


class ScopeLog:
    """Finds scopes by their ids."""

    def __init__(self, events: EventStore) -> None:
        self._events = events

    async def find(self, scope_id: UUID) -> Scope | None:
        """The scope; None where no scope has this id. Raises `Busy`, `Unavailable`."""
        try:
            return _scope(await self._events.get(scope_id))
        except AggregateNotFound:
            return None

    def find_now(self, scope_id: UUID) -> Scope | None:
        """`find` for threads: it blocks."""
        try:
            return _scope(self._events.load(scope_id))
        except AggregateNotFound:
            return None


def _scope(found: object) -> Scope | None:
    return found if isinstance(found, Scope) else None
