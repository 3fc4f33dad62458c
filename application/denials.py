"""Who was refused what: on record, so that an auditor sees somebody trying doors.

Best effort, unlike the record of an access: nothing leaves, so that the refusal waits for its record for a
moment only, and goes out all the same where the event store does not answer. And bounded: a caller that is
refused in a loop must not fill the log.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

import structlog

from domain.access import Denial
from domain.actors import Actor
from domain.clock import Clock
from domain.errors import DomainError
from eventstore.store import EventStore

A_MINUTE: Final = 10
"""How many refusals of one caller this process records within a minute; the rest is counted."""

CALLERS: Final = 10_000
"""How many callers are remembered; of those forgotten what was only counted is forgotten too."""

SECONDS: Final = 2.0
"""How long a refusal waits for its record."""

_MINUTE: Final = timedelta(minutes=1)

_Caller: TypeAlias = tuple[UUID, str | None, str]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Record:
    """When refusals were recorded of late, and how many since were only counted."""

    recorded: deque[datetime] = field(default_factory=lambda: deque(maxlen=A_MINUTE))
    unrecorded: int = 0


class Denials:
    """Records refusals of callers that proved who they are."""

    def __init__(self, *, events: EventStore, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._callers: OrderedDict[_Caller, _Record] = OrderedDict()

    async def record(self, actor: Actor, operation: str, reason: str, mailbox_id: UUID | None = None) -> None:
        """Put it on record, or count it. Never raises because it cannot: the refusal is what matters.

        What may have been recorded although no answer came is counted as well: then `unrecorded` is one high.
        """
        at = self._clock.now()
        known = self._of(actor)
        if len(known.recorded) == A_MINUTE and timedelta() <= at - known.recorded[0] < _MINUTE:
            known.unrecorded += 1
            return
        known.recorded.append(at)
        told, known.unrecorded = known.unrecorded, 0
        denial = Denial.of(operation, reason, mailbox_id, actor, at, unrecorded=told)
        try:
            async with asyncio.timeout(SECONDS):
                await self._events.append(*denial.new_facts())
        except (DomainError, TimeoutError) as error:
            known.unrecorded += told + 1
            _log.warning("denial.unrecorded", error=type(error).__name__, request_id=str(actor.request_id))

    def _of(self, actor: Actor) -> _Record:
        # The same person through another site is another caller: one site's loop must not hide the other.
        key = (actor.party_id, actor.site, actor.kind.value)
        known = self._callers.setdefault(key, _Record())
        self._callers.move_to_end(key)
        if len(self._callers) > CALLERS:
            self._callers.popitem(last=False)
        return known
