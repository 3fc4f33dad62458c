"""Reference data at hand in each process: who may publish what, which sites and clients there are.

A process looks every second whether anything changed, so that a suspension counts at once. Where the read
models do not answer, what is known counts for ten seconds more, and then nothing is decided.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import NotFound, Unavailable
from domain.reference import LogoFacts
from projections import progress, reference
from projections.database import ReadDatabase
from projections.progress import NOT_BEGUN
from projections.reference import APPLICATION, ORGANISATION, ReferenceSnapshot

__all__ = ["APPLICATION", "ORGANISATION", "Logo", "Reference", "ReferenceData"]

ReferenceData = ReferenceSnapshot

LOOK_SECONDS = 1.0
STALE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo: what it is, and its bytes."""

    facts: LogoFacts
    content: bytes


class Reference:
    """The reference data, a second old at most, while somebody asks. Safe among threads."""

    def __init__(self, database: ReadDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._data: ReferenceData | None = None
        self._changed_at = -1
        self._looked_at = float("-inf")
        self._confirmed_at = float("-inf")
        self._looking: asyncio.Task[ReferenceData] | None = None

    async def current(self) -> ReferenceData:
        """The data now. Raises `Unavailable` where it cannot be had.

        Once a second one caller looks whether they changed, and those who come meanwhile wait for the same
        look.
        """
        data = self._at_hand()
        if data is not None:
            return data
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self.now))
        return await asyncio.shield(self._looking)

    def now(self) -> ReferenceData:
        """`current` for threads: it blocks."""
        with self._lock:
            data = self._at_hand()
            return data if data is not None else self._look()

    async def logo(self, owner_kind: str, owner: str, logo_id: str) -> Logo:
        """A logo of an organisation (`ORGANISATION`, its number) or an application (`APPLICATION`, its id).

        Raises `NotFound`, `Busy`, `Unavailable`.
        """
        found = await self._database.run(reference.logo, owner_kind, owner, logo_id)
        if found is None:
            raise NotFound("the reference data have no such logo")
        return Logo(*found)

    async def shown_name(self, organisation: str, message_type: str) -> Mapping[str, str] | None:
        """The sender's name as a mail may show it; None where the message type is discreet, or unknown."""
        data = await self.current()
        kind, sender = data.message_types.get(message_type), data.organisations.get(organisation)
        return None if kind is None or kind.discreet or sender is None else sender.name

    def _at_hand(self) -> ReferenceData | None:
        return self._data if time.monotonic() - self._looked_at < LOOK_SECONDS else None

    def _look(self) -> ReferenceData:
        looked_at = time.monotonic()
        try:
            changed_at = self._last_change()
            if self._data is None or changed_at != self._changed_at:
                self._data = self._database.read(reference.snapshot)
                self._changed_at = changed_at
            self._confirmed_at = looked_at
        except Unavailable:
            if self._data is None or looked_at - self._confirmed_at > STALE_SECONDS:
                raise
        self._looked_at = looked_at
        return self._data

    def _last_change(self) -> int:
        begun = self._database.read(progress.load)
        changed_at = begun.get(reference.MODEL.name, NOT_BEGUN).last_change
        if changed_at == NOT_BEGUN.last_change:
            # To take this for "nobody is registered" would turn everybody away for good.
            raise Unavailable("there are no reference data yet; is the projector running?")
        return changed_at
