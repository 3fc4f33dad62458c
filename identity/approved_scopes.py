"""Which approved scope covers what an auditor's client asks a token for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from application.scope_log import ScopeLog
from domain.actors import AuditScope
from domain.scope import Scope, ScopeState
from identity.ports import RegisteredClient
from projections import audit_scopes
from projections.database import ReadDatabase

CANDIDATES: Final = 50
"""How many of a client's newest scopes of one case and purpose are tried; an older one is named by its id."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class LoggedScopes:
    """Implements `identity.ports.ApprovedScopes`. Blocks."""

    def __init__(self, log: ScopeLog, database: ReadDatabase) -> None:
        self._log = log
        self._database = database

    def covering(self, client: RegisteredClient, asked: AuditScope, at: datetime) -> UUID | None:
        """The approved scope of this client that covers what is asked; the one that is asked for, if one is.

        Of several the one whose looks owners see earliest.
        """
        found = [scope for scope in self._candidates(client, asked) if _covers(scope, client, asked, at)]
        best = min(found, key=_embargo, default=None)
        return None if best is None else best.id

    def _candidates(self, client: RegisteredClient, asked: AuditScope) -> Iterator[Scope]:
        if asked.id is not None:
            ids = [asked.id]
        else:
            ids = self._database.read(audit_scopes.asked_for, client.client_id, asked, CANDIDATES)
        return filter(None, map(self._log.find_now, ids))


def _covers(scope: Scope, client: RegisteredClient, asked: AuditScope, at: datetime) -> bool:
    is_approved = scope.state(at) is ScopeState.APPROVED
    return is_approved and scope.requested_by == client.registration_id and asked.lies_within(scope.asked)


def _embargo(scope: Scope) -> datetime:
    return (scope.approved.embargo_until if scope.approved else None) or _NEVER
