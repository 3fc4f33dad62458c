"""What is kept of calls about an erased person's documents: rows without anything personal, due or done."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, Table, delete

from webhooks.tables import DELIVERY

_AT_ONCE: Final = 500


class Database(Protocol):
    """What this needs of the database that the deliveries are in."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """Committed when the block ends well."""
        ...

    def scrub(self, tables: Sequence[Table]) -> None:
        """Let the database give up what these tables keep of rows that are gone."""
        ...


class WebhookTraces:
    """Implements `application.erasing.traces.Traces`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget_owner(self, parties: Sequence[UUID], mailboxes: Sequence[UUID]) -> None:
        """No row names an owner."""

    def forget_events(self, events: Sequence[UUID]) -> None:
        """Remove the calls about these events; what is due is not made any more."""
        with self._database.transaction() as connection:
            for start in range(0, len(events), _AT_ONCE):
                some = events[start : start + _AT_ONCE]
                connection.execute(delete(DELIVERY).where(DELIVERY.c.event_id.in_(some)))

    def scrub(self) -> None:
        """Let the database give up what was removed."""
        self._database.scrub([DELIVERY])
