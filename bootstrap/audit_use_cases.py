"""What auditors ask for, and how long the answers go back, on top of the use cases."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial

from application.access_retention import AccessRetention
from application.auditing import Auditing
from application.exporting import Exporting
from application.replaying import Replaying
from application.scopes import Scopes
from audit.export.places import LoggedPlaces
from bootstrap.use_cases import UseCases
from threads import BoundedThreads

LEAF_THREADS = 4
WAITING_FOR_LEAVES = 256
LEAF_SECONDS = 10.0


class AuditUseCases(UseCases):
    """The application services about the access history."""

    @cached_property
    def scopes(self) -> Scopes:
        """Auditors ask for scopes, and decide about each other's."""
        return Scopes(
            events=self.events,
            authority=self.authority,
            log=self.scope_log,
            reference=self.reference,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
        )

    @cached_property
    def auditing(self) -> Auditing:
        """What auditors do."""
        return Auditing(
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
        )

    @cached_property
    def replaying(self) -> Replaying:
        """What auditors ask of the past."""
        return Replaying(
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
        )

    @cached_property
    def leaf_threads(self) -> BoundedThreads:
        """Where leaves are looked up."""
        threads = BoundedThreads("leaves", LEAF_THREADS, waiting=WAITING_FOR_LEAVES, seconds=LEAF_SECONDS)
        self.exits.callback(threads.close)
        return threads

    @cached_property
    def exporting(self) -> Exporting:
        """What auditors take along."""
        return Exporting(
            events=self.events,
            authority=self.authority,
            parties=self.parties,
            database=self.read_database,
            positions=self.positions,
            places=LoggedPlaces(self.leaf_rows, self.leaf_threads),
            clock=self.clock,
        )

    @cached_property
    def access_retention(self) -> AccessRetention:
        """Lets access records leave the access history."""
        return AccessRetention(
            events=self.events,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
            second_clock=partial(asyncio.to_thread, self.events.server_time),
        )
