"""A partner organisation publishes many messages at once, each judged and answered by itself.

Chunk by chunk: what one message costs in round trips, a chunk of them costs (`application/chunks.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from application.chunks import BatchItem, ChunkPublisher, Outcome
from application.parties import Parties
from application.reference import Reference
from domain.actors import Actor
from domain.clock import Clock
from domain.errors import Busy, DomainError
from domain.register import PartyRegister
from eventstore.store import EventStore

MAX_ITEMS: Final = 1000
CHUNK: Final = 200
"""So many go into one append, and keep the process from everything else for some 20 ms."""
AT_ONCE: Final = 8
"""Batches under way in one process: each holds its request in memory."""
WAIT_SECONDS: Final = 10.0


class Batching:
    """The use case of partner organisations."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        reference: Reference,
        register: PartyRegister,
        clock: Clock,
    ) -> None:
        self._chunks = ChunkPublisher(
            events=events, parties=parties, reference=reference, register=register, clock=clock
        )
        self._places = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Room for one batch, from before its first byte is read. Raises `Busy` where there is none soon."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("too many batches at once") from None
        try:
            yield
        finally:
            self._places.release()

    async def publish(self, actor: Actor, items: Sequence[BatchItem | DomainError]) -> list[Outcome]:
        """What becomes of each of the next items, in order; an error in place of an item stays one.

        At most `CHUNK` at once. Whoever goes away leaves published what was; a repeat answers it again.
        """
        return await self._chunks.publish(actor, items)
