"""The demo's scope: the first auditor asked to look around, and the second one let them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID, uuid5

from application.parties import Parties
from application.scope_log import ScopeLog
from domain.access import Basis, BasisKind, access_record
from domain.actors import Actor, ActorKind, AssuranceLevel, AuditScope
from domain.clock import Clock
from domain.events.access import AccessRecord
from domain.identifiers import ClientIdentifier
from domain.ids import NAMESPACE, auditor_id, new_id
from domain.scope import Scope, ScopeState
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore

AUDITOR: Final = "demo-auditor-1"
APPROVER: Final = "demo-auditor-2"
WHOLE_DEMO: Final = AuditScope("DEMO-1", "A look around the demo", None)
VALIDITY: Final = timedelta(days=365)

_NO_TOKEN: Final = "0" * 64


class DemoScopes:
    """Makes the scope, where there is none that stands."""

    def __init__(self, *, events: EventStore, log: ScopeLog, parties: Parties, clock: Clock) -> None:
        self._events = events
        self._log = log
        self._parties = parties
        self._clock = clock

    async def make(self) -> None:
        """A scope over every mailbox for a year. May be repeated: one that stands is enough.

        Where the demo's auditors are not registered there is none.
        """
        at = self._clock.now()
        for number in count():
            stream = uuid5(NAMESPACE, f"demo scope {number}")
            scope = await self._log.find(stream)
            if scope is None:
                await self._make(stream, at)
                return
            if scope.state(at) is ScopeState.APPROVED:
                return

    async def _make(self, stream: UUID, at: datetime) -> None:
        asked, allowed = await self._access_of(AUDITOR), await self._access_of(APPROVER)
        if asked is None or allowed is None:
            return
        scope = Scope.request(WHOLE_DEMO, AUDITOR, asked, at, scope_id=stream)
        scope.approve(APPROVER, at + VALIDITY, None, allowed, at)
        await self._events.append(*scope.new_facts())

    async def _access_of(self, client_id: str) -> AccessRecord | None:
        registration_id = auditor_id(client_id)
        try:
            registration = await self._events.get(registration_id)
        except AggregateNotFound:
            return None
        party = await self._parties.find_or_create(ClientIdentifier(client_id))
        basis = Basis(BasisKind.REGISTRATION, registration_id, registration.version)
        actor = Actor(
            kind=ActorKind.AUDITOR,
            party_id=party.party_id,
            identity=client_id,
            registration_id=registration_id,
            registration_version=registration.version,
            token_sha256=_NO_TOKEN,
            request_id=new_id(),
            assurance_level=AssuranceLevel.HIGH,
        )
        return access_record(actor, basis)
