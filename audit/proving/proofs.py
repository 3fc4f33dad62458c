"""Senders and auditors have it proved that the audit log has an event. Auditors are put on record for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from application.authority import Authority
from application.parties import Parties
from application.publications import Publications
from audit.leaf import Entry, decode, is_mailbox, mailbox_subject
from audit.proving.served import ServedLog
from audit.sequencer.rows import LeafRow
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import TilePath, decode_bundle
from domain.access import AuditLook
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import NotAllowed
from domain.events.audit import Look, LookedAt
from domain.message import Message
from eventstore.parties import Party
from eventstore.store import EventStore

LOOK_WITHIN: Final = timedelta(minutes=10)
"""A verifier fetches thousands of bundles: those that one token asks for within this time are one look."""
_REMEMBERED: Final = 10_000
_OUTSIDE: Final = "outside the scope"


class Proofs:
    """The use cases of senders and auditors who do not take our word for it."""

    def __init__(
        self,
        *,
        log: ServedLog,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        publications: Publications,
        clock: Clock,
    ) -> None:
        self._log = log
        self._events = events
        self._authority = authority
        self._parties = parties
        self._publications = publications
        self._clock = clock
        self._looked: OrderedDict[tuple[str, UUID | None], datetime] = OrderedDict()

    async def of_publication(self, actor: Actor, publication_id: UUID) -> TlogProof:
        """That the log has a publication of the actor's. Raises `NotFound`, `NotAllowed`, `NotLoggedYet`."""
        at = self._clock.now()
        message, _ = await self._publications.of_sender(actor, Operation.STATUS, publication_id, at)
        return await self._log.proof(await self._log.leaf(message.published.event_id))

    async def of_event(self, actor: Actor, event_id: UUID) -> TlogProof:
        """That the log has this event, for an auditor whose scope reaches it.

        Raises `NotAllowed`, `NotLoggedYet`.
        """
        at = self._clock.now()
        leaf = await self._log.leaf(event_id)
        party = await self._subject_in_scope(actor, leaf)
        await self._look(actor, party, Operation.PROVE_EVENT, at, [decode(leaf.entry)])
        return await self._log.proof(leaf)

    async def entries(self, actor: Actor, path: TilePath) -> bytes:
        """A bundle of the log's entries, for an auditor whose scope reaches every mailbox.

        Raises `NotAllowed`, `NotFound`.
        """
        at = self._clock.now()
        await self._authority.audit(actor, None, Operation.READ_ENTRIES, at)
        bundle = await self._log.tile(path)
        entries = [decode(one) for one in decode_bundle(bundle)]
        await self._look(actor, None, Operation.READ_ENTRIES, at, entries, bundle=path.number)
        return bundle

    async def heads(self, actor: Actor, index: int, path: TilePath) -> bytes:
        """A bundle of mailbox heads, for the same auditors. Raises `NotAllowed`, `NotFound`."""
        at = self._clock.now()
        bundle = await self._log.heads_tile(index, path)
        await self._look(actor, None, Operation.READ_ENTRIES, at, (), bundle=path.number)
        return bundle

    async def _subject_in_scope(self, actor: Actor, leaf: LeafRow) -> Party | None:
        """The party whose history it is, of those that the scope names; None where it is in nobody's."""
        subjects = actor.audit_scope.subjects if actor.audit_scope else None
        subject = leaf.subject
        if subjects is None:
            return await self._owner(leaf) if is_mailbox(subject) else None
        for mailbox_id in subjects:
            party = await self._parties.by_mailbox(mailbox_id)
            merged = party.merged_mailboxes if party else ()
            if subject in map(mailbox_subject, (mailbox_id, *merged)):
                return party
        raise NotAllowed(_OUTSIDE)

    async def _owner(self, leaf: LeafRow) -> Party | None:
        """Whose mailbox the event says it is about: that an auditor looked at it is theirs to know."""
        for _, event in await self._events.at_positions([leaf.position]):
            mailbox_id = getattr(event, "mailbox_id", None)
            if mailbox_id is None:  # a mailbox's own event, or an opening, which names its message alone
                stream = await self._events.get(event.originator_id)
                mailbox_id = stream.published.mailbox_id if isinstance(stream, Message) else stream.id
            return await self._parties.by_mailbox(mailbox_id)
        return None

    async def _look(
        self,
        actor: Actor,
        party: Party | None,
        operation: Operation,
        at: datetime,
        entries: Iterable[Entry],
        *,
        bundle: int | None = None,
    ) -> None:
        """Check the scope, and put the look on record: the first of those that count as one."""
        basis = await self._authority.audit(actor, party, operation, at)
        scope = actor.audit_scope
        if scope is None or not all(_is_between(one, scope.start, scope.end) for one in entries):
            raise NotAllowed(_OUTSIDE)
        mailbox_id = party.mailbox_id if party else None
        look = actor.token_sha256, mailbox_id
        last = self._looked.get(look)
        if last is not None and timedelta() <= at - last < LOOK_WITHIN:
            return
        asked = LookedAt(mailbox_id=mailbox_id, bundle=bundle)
        facts = AuditLook.of(Look.ENTRIES, mailbox_id, actor, basis, at, asked).new_facts()
        await self._events.append(*facts)
        self._looked[look] = at
        self._looked.move_to_end(look)
        while len(self._looked) > _REMEMBERED:
            self._looked.popitem(last=False)


def _is_between(entry: Entry, start: datetime | None, end: datetime | None) -> bool:
    at = datetime.fromisoformat(entry.time)
    return (start is None or at >= start) and (end is None or at < end)
