"""Which mailboxes somebody may look into: their own, and enterprises' that they have a role in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.authority import Authority
from application.enterprises import EnterpriseMailbox, Enterprises
from domain.access import Basis
from domain.actors import Actor, ActorKind
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotAllowed
from domain.events.mailbox import OwnerKind
from projections import inbox
from projections.database import ReadDatabase
from projections.inbox import MailboxCounts
from projections.positions import ReadPositions


@dataclass(frozen=True, slots=True)
class MailboxSummary:
    """A mailbox that somebody may look into, why, and what it holds of what they may see.

    `enterprise` is None for the person's own.
    """

    mailbox_id: UUID
    owner_kind: OwnerKind
    basis: Basis
    enterprise: EnterpriseMailbox | None
    counts: MailboxCounts

    @property
    def is_own(self) -> bool:
        """Whether it is the person's own."""
        return self.enterprise is None


@dataclass(frozen=True, slots=True)
class MailboxesView:
    """All of them, and the position that their counts were true at."""

    mailboxes: list[MailboxSummary]
    position: int


class MyMailboxes:
    """The use case of who has more than one mailbox. Counts alone are shown: nothing is an access."""

    def __init__(
        self,
        *,
        authority: Authority,
        enterprises: Enterprises,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
    ) -> None:
        self._authority = authority
        self._enterprises = enterprises
        self._database = database
        self._positions = positions
        self._clock = clock

    async def of(self, actor: Actor, *, at_least: int | None = None) -> MailboxesView:
        """The actor's own mailbox first (not with an employee's token), then enterprises' by their number.

        Raises `NotAllowed` where the actor's own may not be looked into.
        """
        at = self._clock.now()
        position = await self._positions.wait_for(inbox.MODEL.name, at_least or 0)
        found: list[MailboxSummary] = []
        if actor.kind is ActorKind.CITIZEN:
            found.append(await self._summary(actor, None, at))
        for enterprise in await self._enterprises.of(actor.party_id):
            try:
                found.append(await self._summary(actor, enterprise, at))
            except NotAllowed:
                continue  # the role was withdrawn between the two questions
        return MailboxesView(found, position)

    async def _summary(
        self, actor: Actor, enterprise: EnterpriseMailbox | None, at: datetime
    ) -> MailboxSummary:
        chosen = None if enterprise is None else enterprise.mailbox_id
        permission = await self._authority.own_mailbox(actor, Operation.COUNT, at, chosen)
        counts = await self._database.run(inbox.counts, permission.mailbox_id, permission.partitions)
        kind = OwnerKind.CITIZEN if enterprise is None else OwnerKind.ENTERPRISE
        return MailboxSummary(permission.mailbox_id, kind, permission.basis, enterprise, counts)
