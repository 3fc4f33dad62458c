"""Owners have it proved what happened to their mailbox, and that nothing of it is hidden from them.

An auditor's look under an embargo is withheld: its leaf's number and hash may be told, its entry and id not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.authority import Authority, Permission
from audit.leaf import decode, mailbox_subject
from audit.proving.heads import ClosedDay, HeadProof, Heads
from audit.proving.log import ProvenLog, Snapshot
from audit.proving.served import ServedLog
from audit.sequencer.rows import LeafRow
from audit.tlog.proofs import TlogProof
from domain.access import Access
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotFound
from domain.events.access import What
from domain.events.audit import AuditExported, AuditReplayed
from eventstore.store import EventStore

MOST_LATER: Final = 2_000
"""How many leaves since the last closed day one answer proves; the export has all of them."""

_LOOKS: Final = frozenset({AuditReplayed.TOPIC, AuditExported.TOPIC})
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """A leaf of the owner's chain; `proof` is None where it is withheld."""

    row: LeafRow
    proof: TlogProof | None


@dataclass(frozen=True, slots=True)
class NothingHidden:
    """Of one mailbox: its record of the last closed day, and every leaf since.

    `day` and `head` are None where no day was closed since its first leaf: then `later` has all of them.
    `more`: there are further leaves than one answer has.
    """

    mailbox_id: UUID
    subject: str
    day: ClosedDay | None
    day_proof: TlogProof | None
    head: HeadProof | None
    later: list[ProvenLeaf]
    more: bool


@dataclass(frozen=True, slots=True)
class OwnHeads:
    """The same of all mailboxes of an owner, against one checkpoint."""

    snapshot: Snapshot
    mailboxes: list[NothingHidden]


class OwnProofs:
    """The use cases of owners who do not take our word for it."""

    def __init__(
        self,
        *,
        log: ServedLog,
        heads: Heads,
        events: EventStore,
        authority: Authority,
        clock: Clock,
    ) -> None:
        self._log = log
        self._heads = heads
        self._events = events
        self._authority = authority
        self._clock = clock

    async def of_event(self, actor: Actor, event_id: UUID, *, mailbox: UUID | None = None) -> TlogProof:
        """That the log has this event of the actor's mailbox, or of one merged into it.

        Raises `NotAllowed`, `NotLoggedYet`, and `NotFound` for what is another's or withheld.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.OWN_HISTORY, at, mailbox)
        leaf = await self._log.leaf(event_id)
        if leaf.subject not in map(mailbox_subject, permission.mailboxes):
            raise NotFound("event")
        if leaf.sequence in await withheld(self._events, [leaf], at):
            raise NotFound("event")
        return await self._log.proof(leaf)

    async def nothing_hidden(self, actor: Actor, *, mailbox: UUID | None = None) -> OwnHeads:
        """That the actor knows every leaf of theirs. It is put on record first: it tells what happened.

        Raises `NotAllowed`, `NoLogYet`.
        """
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.OWN_HISTORY, at, mailbox)
        await self.record(actor, permission, at)
        run = self._log.threads.run
        snapshot = await run(self._log.log.snapshot)
        day = await run(self.last_closed, snapshot)
        found = []
        for mailbox_id in (permission.mailbox_id, *sorted(permission.merged)):
            head = await run(self.head, day, mailbox_subject(mailbox_id))
            found.append(await self._one(snapshot, day if head else None, head, mailbox_id, at))
        return OwnHeads(snapshot, found)

    async def record(self, actor: Actor, permission: Permission, at: datetime) -> None:
        """Put it on record that the actor looks at the history."""
        access = Access.of(permission.mailbox_id, What.HISTORY, actor, permission.basis, at)
        await self._events.append(*access.new_facts())

    def last_closed(self, snapshot: Snapshot) -> ClosedDay | None:
        """The newest closed day that the checkpoint has. Blocks."""
        return self._heads.last_closed(snapshot)

    def head(self, day: ClosedDay | None, subject: str) -> HeadProof | None:
        """The record of this mailbox on that day, where both are there. Blocks."""
        return self._heads.proof(day, subject) if day else None

    async def _one(
        self,
        snapshot: Snapshot,
        day: ClosedDay | None,
        head: HeadProof | None,
        mailbox_id: UUID,
        at: datetime,
    ) -> NothingHidden:
        subject = mailbox_subject(mailbox_id)
        after = sequence_of(head) if head else 0
        later: list[ProvenLeaf] = []
        run = self._log.threads.run
        while len(later) <= MOST_LATER:
            rows = await run(chain_page, self._log.log, snapshot, subject, after)
            hidden = await withheld(self._events, rows, at)
            later += await run(_proven, snapshot, rows, hidden)
            if len(rows) < _PAGE:
                break
            after = rows[-1].sequence
        proof = await run(snapshot.proof, day.row) if day else None
        more = len(later) > MOST_LATER
        return NothingHidden(mailbox_id, subject, day, proof, head, later[:MOST_LATER], more)


def chain_page(log: ProvenLog, snapshot: Snapshot, subject: str, after: int) -> list[LeafRow]:
    """The next leaves of a subject behind that number, as far as the checkpoint goes. Blocks."""
    rows = log.rows.of_subject(subject, after, _PAGE)
    return [row for row in rows if snapshot.covers(row)]


async def withheld(events: EventStore, rows: Sequence[LeafRow], at: datetime) -> frozenset[int]:
    """The numbers, in their chain, of those of these leaves of one subject that are under an embargo."""
    looks = {row.position: row.sequence for row in rows if decode(row.entry).kind in _LOOKS}
    if not looks:
        return frozenset()
    found = await events.at_positions(sorted(looks))
    return frozenset(
        looks[position]
        for position, event in found
        if isinstance(event, AuditReplayed | AuditExported)
        and event.embargo_until is not None
        and event.embargo_until > at
    )


def sequence_of(head: HeadProof) -> int:
    """The number of the last leaf that the day's record knows."""
    return int.from_bytes(head.record[16:24], "big")


def _proven(snapshot: Snapshot, rows: Sequence[LeafRow], hidden: frozenset[int]) -> list[ProvenLeaf]:
    return [ProvenLeaf(row, None if row.sequence in hidden else snapshot.proof(row)) for row in rows]
