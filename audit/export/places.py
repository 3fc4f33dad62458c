"""Where the audit log has the events that are taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from application.exporting import LeafPlace
from audit.sequencer.rows import LeafRows
from threads import BoundedThreads


class LoggedPlaces:
    """Implements `application.exporting.LeafPlaces` on the audit log's rows."""

    def __init__(self, rows: LeafRows, threads: BoundedThreads) -> None:
        self._rows = rows
        self._threads = threads

    async def of(self, event_ids: Collection[UUID]) -> Mapping[UUID, LeafPlace]:
        """Those of the events that have leaves by now. Raises `Busy`, `Unavailable`."""
        found = await self._threads.run(lambda: self._rows.find(event_ids))
        return {
            event_id: LeafPlace(leaf.index, leaf.subject, leaf.sequence) for event_id, leaf in found.items()
        }
