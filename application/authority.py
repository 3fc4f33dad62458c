"""May this actor do this? The decision function, with the party it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.parties import Parties
from domain.access import Basis
from domain.actors import Actor
from domain.decisions import Allow, Operation, Subject, decide
from domain.errors import NotAllowed
from eventstore.parties import Party


@dataclass(frozen=True, slots=True)
class Permission:
    """Yes: to this mailbox, for this reason."""

    mailbox_id: UUID
    basis: Basis


class Authority:
    """Finds the party and asks the decision function."""

    def __init__(self, parties: Parties) -> None:
        self._parties = parties

    async def own_mailbox(
        self, actor: Actor, operation: Operation, at: datetime, mailbox: UUID | None = None
    ) -> Permission:
        """The permission to do this to one of the actor's mailboxes, by default to their own.

        Raises `NotAllowed`: `mailbox` is not the actor's, or may not be.
        """
        party = await self._parties.by_id(actor.party_id)
        subject = subject_of(party)
        basis = _basis(actor, subject, operation, at)
        if subject is None or subject.mailbox_id is None:
            raise NotAllowed("no mailbox")
        if mailbox not in (None, subject.mailbox_id):
            somebodys = await self._parties.by_mailbox(mailbox) if mailbox else None
            raise NotAllowed("not the owner", mailbox_id=somebodys.mailbox_id if somebodys else None)
        return Permission(subject.mailbox_id, basis)

    def audit(self, actor: Actor, party: Party | None, operation: Operation, at: datetime) -> Basis:
        """The basis of an auditor's look at this party's mailbox, or (None) at no single one."""
        return _basis(actor, subject_of(party), operation, at)


def subject_of(party: Party | None) -> Subject | None:
    """The party as the decision function sees it; a registered client is none."""
    if party is None or party.mailbox_id is None:
        return None
    return Subject(party.party_id, party.mailbox_id, party.kind.value)


def _basis(actor: Actor, subject: Subject | None, operation: Operation, at: datetime) -> Basis:
    decision = decide(actor, subject, operation, None, None, at)
    if isinstance(decision, Allow):
        return decision.basis
    raise NotAllowed(decision.reason, mailbox_id=subject.mailbox_id if subject else None)
