"""Auditors ask for scopes, and decide about each other's.

A scope is read from its stream, so that every answer is as of now. Whatever is decided here is on record with
who decided; whoever is refused is on record too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.authority import Authority
from application.reference import Reference
from application.scope_log import ScopeLog
from domain.access import access_record
from domain.actors import Actor, AuditScope
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import Issue, NotAllowed, NotFound
from domain.events.access import AccessRecord
from domain.scope import Scope, ScopeState, granted
from eventstore.errors import VersionConflict
from eventstore.store import EventStore
from projections import audit_scopes
from projections.database import ReadDatabase
from projections.positions import ReadPositions
from projections.reference import Client

ATTEMPTS: Final = 3

_KEY: Final = ("kty", "crv", "x", "y", "n", "e")
"""What makes two public keys (RFC 7517) the same one, whatever they are named."""


@dataclass(frozen=True, slots=True)
class ScopeView:
    """A scope as it stands at this moment; `position`: how far in the log that is known to be."""

    scope: Scope
    state: ScopeState
    position: int | None = None


@dataclass(frozen=True, slots=True)
class ScopePage:
    """Scopes, newest first. `next_position`: where the next page continues, None at the end."""

    scopes: list[ScopeView]
    next_position: int | None
    position: int


class Scopes:
    """The use cases of auditors who need leave, and of those who give it."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        log: ScopeLog,
        reference: Reference,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._log = log
        self._reference = reference
        self._database = database
        self._positions = positions
        self._clock = clock

    async def request(self, actor: Actor, asked: AuditScope) -> ScopeView:
        """Ask to look. Raises `NotAllowed` beyond what the auditor's registration grants, `InvalidInput`."""
        at = self._clock.now()
        basis = self._authority.scopes(actor, Operation.REQUEST_SCOPE, at)
        client = (await self._reference.current()).clients.get(actor.identity)
        grants = client.grants if client else ()
        if not any(asked.lies_within(granted(grant)) for grant in grants):
            detail = "your registration grants no such case, purpose, subject and period"
            raise NotAllowed("beyond the registration's grants", Issue("case", "notGranted", detail))
        scope = Scope.request(asked, actor.identity, access_record(actor, basis), at)
        position = await self._events.append(*scope.new_facts())
        return ScopeView(scope, scope.state(at), position)

    async def find(self, actor: Actor, scope_id: UUID) -> ScopeView:
        """One scope, whoever asked for it. Raises `NotAllowed`, `NotFound`."""
        at = self._clock.now()
        self._authority.scopes(actor, Operation.READ_SCOPES, at)
        scope = await self._load(scope_id)
        return ScopeView(scope, scope.state(at))

    async def page(self, actor: Actor, *, before: int | None, limit: int, at_least: int | None) -> ScopePage:
        """All auditors' scopes, newest first. Raises `NotAllowed`."""
        at = self._clock.now()
        self._authority.scopes(actor, Operation.READ_SCOPES, at)
        position = await self._positions.wait_for(audit_scopes.MODEL.name, at_least or 0)
        found = await self._database.run(audit_scopes.newest, limit=limit, before=before)
        scopes = [await self._load(scope_id) for _, scope_id in found]
        more = found[-1][0] if len(found) == limit else None
        return ScopePage([ScopeView(scope, scope.state(at)) for scope in scopes], more, position)

    async def approve(
        self, actor: Actor, scope_id: UUID, *, valid_until: datetime, embargo_until: datetime | None
    ) -> ScopeView:
        """Let another auditor look. Raises `NotAllowed`, `NotFound`, `ScopeClosed`, `InvalidInput`."""
        clients = (await self._reference.current()).clients

        def decide(scope: Scope, access: AccessRecord, at: datetime) -> None:
            _require_no_common_key(clients, scope.requested.client_id, actor.identity)
            scope.approve(actor.identity, valid_until, embargo_until, access, at)

        return await self._change(actor, Operation.APPROVE_SCOPE, scope_id, decide)

    async def refuse(self, actor: Actor, scope_id: UUID, reason: str) -> ScopeView:
        """Do not let another auditor look. Raises `NotAllowed`, `NotFound`, `ScopeClosed`."""

        def decide(scope: Scope, access: AccessRecord, at: datetime) -> None:
            scope.refuse(actor.identity, reason, access, at)

        return await self._change(actor, Operation.REFUSE_SCOPE, scope_id, decide)

    async def withdraw(self, actor: Actor, scope_id: UUID, reason: str) -> ScopeView:
        """End a scope at once, one's own or another's. Raises `NotAllowed`, `NotFound`, `ScopeClosed`."""

        def decide(scope: Scope, access: AccessRecord, at: datetime) -> None:
            scope.withdraw(actor.identity, reason, access, at)

        return await self._change(actor, Operation.WITHDRAW_SCOPE, scope_id, decide)

    async def _change(
        self,
        actor: Actor,
        operation: Operation,
        scope_id: UUID,
        decide: Callable[[Scope, AccessRecord, datetime], None],
    ) -> ScopeView:
        for attempt in range(1, ATTEMPTS + 1):
            at = self._clock.now()
            scope = await self._load(scope_id)
            basis = self._authority.scopes(actor, operation, at, scope)
            decide(scope, access_record(actor, basis), at)
            facts = scope.new_facts()
            if not facts:
                return ScopeView(scope, scope.state(at), await self._events.latest_position())
            try:
                position = await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return ScopeView(scope, scope.state(at), position)
        raise AssertionError("the last attempt returns or raises")

    async def _load(self, scope_id: UUID) -> Scope:
        scope = await self._log.find(scope_id)
        if scope is None:
            raise NotFound("scope")
        return scope


def _require_no_common_key(clients: Mapping[str, Client], one: str, other: str) -> None:
    """Raise `NotAllowed` where whoever has the key of the one can act as the other too."""
    keys, others = (_keys_of(clients.get(name)) for name in (one, other))
    if keys & others:
        raise NotAllowed("you share a key with who asked: another auditor has to decide")


def _keys_of(client: Client | None) -> set[tuple[object, ...]]:
    return {tuple(key.get(member) for member in _KEY) for key in (client.keys if client else ())}
