"""May this actor do this? The decision function, with the party it is about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from application.parties import Parties
from domain.access import Basis, ScopeBasis
from domain.actors import Actor
from domain.decisions import NO_PARTITION, Allow, Operation, Subject, decide
from domain.errors import Issue, NotActivated, NotAllowed
from domain.roles import HeldRole
from domain.scope import Scope
from eventstore.parties import Party, PartyKind

Roles = Callable[[UUID, UUID], Awaitable[tuple[HeldRole, ...]]]
"""The roles that a person (party id) holds in the enterprise with this mailbox."""

Scopes = Callable[[UUID], Awaitable[Scope | None]]
"""The scope of this id as the log has it now."""

_UNUSED: Final = frozenset({Operation.PROFILE, Operation.COUNT})
"""What may be asked of an enterprise's mailbox that is not in use yet: whether it is, and how much waits."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Yes: to this mailbox and those merged into it, for this reason.

    `partitions`: of an enterprise's mailbox these alone; None for all of it. `bases`: the reason for each.
    """

    mailbox_id: UUID
    basis: Basis
    partitions: frozenset[str] | None = None
    merged: frozenset[UUID] = field(default_factory=frozenset)
    bases: Mapping[str, Basis] = field(default_factory=dict)

    @property
    def mailboxes(self) -> frozenset[UUID]:
        """The mailboxes whose messages it covers."""
        return self.merged | {self.mailbox_id}

    def covers(self, mailbox_id: UUID, partition: str | None) -> bool:
        """Whether a message that lies there is covered."""
        reached = self.partitions is None or (partition or NO_PARTITION) in self.partitions
        return reached and mailbox_id in self.mailboxes

    def within(self, partition: str | None) -> Permission:
        """The same for what lies in that partition: by the role that reaches it."""
        return replace(self, basis=self.bases.get(partition or NO_PARTITION, self.basis))


class Authority:
    """Finds the party and asks the decision function."""

    def __init__(self, parties: Parties, roles: Roles, scopes: Scopes) -> None:
        self._parties = parties
        self._roles = roles
        self._scopes = scopes

    async def own_mailbox(
        self, actor: Actor, operation: Operation, at: datetime, mailbox: UUID | None = None
    ) -> Permission:
        """The permission to do this to one of the actor's mailboxes.

        By default that is the enterprise's that the actor's token is for, or the actor's own. Raises
        `NotAllowed`: `mailbox` is not the actor's, or may not be; `NotActivated`: nobody has taken the
        enterprise's mailbox into use, so that there is nothing but its profile yet.
        """
        chosen = mailbox or actor.mailbox_id
        party = await (self._parties.by_mailbox(chosen) if chosen else self._parties.by_id(actor.party_id))
        subject = await self._subject(actor, party)
        allowed = _allowed(actor, subject, operation, at)
        if party is None or party.mailbox_id is None:
            raise NotAllowed("no mailbox")
        if party.merged_into is not None:
            raise NotAllowed("merged into another mailbox")
        if party.is_erased:
            raise NotAllowed("its owner was erased")
        if party.kind is PartyKind.ENTERPRISE and not party.is_activated and operation not in _UNUSED:
            raise NotActivated("who manages the enterprise has to accept the terms first")
        merged = frozenset(party.merged_mailboxes)
        return Permission(party.mailbox_id, allowed.basis, allowed.partitions, merged, allowed.bases)

    async def audit(
        self, actor: Actor, party: Party | None, operation: Operation, at: datetime
    ) -> ScopeBasis:
        """The basis of an auditor's look at this party's mailbox, or (None) at no single one.

        The scope that the actor's token names must stand at this moment. Raises `NotAllowed`.
        """
        named = actor.audit_scope.id if actor.audit_scope else None
        scope = await self._scopes(named) if named else None
        basis = _allowed(actor, subject_of(party), operation, at, scope).basis
        if not isinstance(basis, ScopeBasis):
            raise TypeError(f"{operation} is no look")
        return basis

    def scopes(self, actor: Actor, operation: Operation, at: datetime, scope: Scope | None = None) -> Basis:
        """The basis on which an auditor deals with scopes, or with this one. Raises `NotAllowed`."""
        return _allowed(actor, None, operation, at, scope).basis

    async def _subject(self, actor: Actor, party: Party | None) -> Subject | None:
        if party is None or party.kind is not PartyKind.ENTERPRISE or party.mailbox_id is None:
            return subject_of(party)
        return subject_of(party, await self._roles(actor.party_id, party.mailbox_id))


def subject_of(party: Party | None, roles: tuple[HeldRole, ...] = ()) -> Subject | None:
    """The party as the decision function sees it; a registered client is none."""
    if party is None or party.mailbox_id is None:
        return None
    return Subject(party.party_id, party.mailbox_id, party.kind.value, roles)


def _allowed(
    actor: Actor,
    subject: Subject | None,
    operation: Operation,
    at: datetime,
    scope: Scope | None = None,
) -> Allow:
    decision = decide(actor, subject, operation, None, None, at, scope=scope)
    if isinstance(decision, Allow):
        return decision
    mailbox_id = subject.mailbox_id if subject else None
    if decision.lacks_scope:
        detail = "ask for a scope (POST /audit/scopes), let another auditor approve it, and take a new token"
        issue = Issue("Authorization", "scopeRequired", detail, "header")
        raise NotAllowed(decision.reason, issue, mailbox_id=mailbox_id)
    raise NotAllowed(decision.reason, mailbox_id=mailbox_id)
