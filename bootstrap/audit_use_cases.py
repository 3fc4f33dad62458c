"""What auditors ask for, and how long the answers go back, on top of the use cases."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial

from application.access_retention import AccessRetention
from application.auditing import Auditing
from application.replaying import Replaying
from application.scopes import Scopes
from bootstrap.use_cases import UseCases


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
    def access_retention(self) -> AccessRetention:
        """Lets access records leave the access history."""
        return AccessRetention(
            events=self.events,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
            second_clock=partial(asyncio.to_thread, self.events.server_time),
        )
