"""Some messages of a batch at once: one look-up of the recipients, one question to the register, one append.

Whether an item came before is not asked first. Where the append meets what is there already, the chunk is
gone through one by one, and what came before is answered as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from application import drafts
from application.accepted import Accepted
from application.composing import compose
from application.judging import Judgement, judge
from application.kept_documents import Kept, KeptDocuments, carried, check_kept
from application.originals import check_original
from application.parties import Parties
from application.placement import Placed, Placement
from application.recipients import refused_recipient
from application.reference import Reference, ReferenceData
from application.repeats import Repeats
from domain import ids
from domain.access import Basis, access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.draft import ROOT, MessageDraft
from domain.errors import DomainError, InvalidInput, Issue, Retryable
from domain.events.access import AccessRecord
from domain.identifiers import Identifier
from domain.register import Finding, PartyRegister
from eventstore.errors import VersionConflict
from eventstore.parties import Party
from eventstore.store import EventStore
from telemetry.spans import traced

_LOOKS_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class BatchItem:
    """One message. `canonical` is its JSON in one fixed spelling, for the fingerprint."""

    draft: MessageDraft
    canonical: bytes
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """An item that was published. `is_replayed`: it came before, and nothing was added."""

    accepted: Accepted
    expires_at: datetime
    recipient_activated: bool
    is_replayed: bool

    @property
    def message_id(self) -> UUID:
        """The message, which names the publication."""
        return self.accepted.message_id


Outcome: TypeAlias = BatchResult | DomainError


@dataclass(slots=True, repr=False, eq=False)
class _Entry:
    """An item on its way, and what has been found out about it."""

    item: BatchItem
    publication_id: UUID
    party: Party | None = None
    judgement: Judgement | None = None
    placed: Placed | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, repr=False)
class _Facts:
    """What is known beforehand of everything that a chunk names."""

    reference: ReferenceData
    parties: dict[Identifier, Party]
    findings: dict[Identifier, Finding]
    kept: Kept


class ChunkPublisher:
    """Publishes chunks of batches. Items carry no files, but kept documents."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        reference: Reference,
        register: PartyRegister,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._placement = Placement(events, parties)
        self._repeats = Repeats(events, parties)
        self._kept_documents = KeptDocuments(events)
        self._reference = reference
        self._register = register
        self._clock = clock

    @traced("publish a chunk")
    async def publish(self, actor: Actor, items: Sequence[BatchItem | DomainError]) -> list[Outcome]:
        """What becomes of each item, in order. Where something fails for all, each has that error."""
        entries = [_entry(actor, one) for one in items if isinstance(one, BatchItem)]
        first = {one.publication_id: one for one in reversed(entries)}
        fresh = [one for one in entries if first[one.publication_id] is one]
        await self._publish(actor, fresh)
        for entry in entries:
            if entry.outcome is None:  # its key came before in this very chunk
                await self._publish(actor, [entry])
        outcomes = iter(entries)
        return [_outcome(next(outcomes)) if isinstance(one, BatchItem) else one for one in items]

    async def _publish(self, actor: Actor, entries: list[_Entry]) -> None:
        try:
            at = self._clock.now()
            facts = await self._facts(actor, [one.item.draft for one in entries])
            for entry in entries:
                await self._judge(actor, entry, facts, at)
            await self._each([one for one in entries if one.outcome is not None], self._answer_again)
            good = [one for one in entries if one.outcome is None]
            await self._compose(actor, good, facts, at)
            await self._append([one for one in good if one.placed is not None], at)
        except DomainError as error:
            for entry in entries:
                entry.outcome = entry.outcome or error

    async def _facts(self, actor: Actor, wanted: list[MessageDraft]) -> _Facts:
        recipients = {one.recipient for one in wanted}
        attachments = [attachment for one in wanted for attachment in one.attachments]
        return _Facts(
            await self._reference.current(),
            await self._parties.find_many(recipients),
            await self._register.check_all(recipients),
            await self._kept_documents.named_in(actor, attachments),
        )

    async def _judge(self, actor: Actor, entry: _Entry, facts: _Facts, at: datetime) -> None:
        draft = entry.item.draft
        entry.party = facts.parties.get(draft.recipient)
        try:
            _refuse_files(draft)
            drafts.check(draft)
            judgement = judge(actor, draft, facts.reference, entry.party, at)
            finding = facts.findings[draft.recipient]
            issue = refused_recipient(finding, draft.recipient, judgement.message_type)
            if issue is not None:
                raise InvalidInput(issue)
            if draft.original_message is not None:
                await check_original(self._events, actor, draft.original_message)
            check_kept(draft.attachments, facts.kept, judgement.expires_at)
        except DomainError as error:
            entry.outcome = error
        else:
            entry.judgement = judgement

    async def _compose(self, actor: Actor, entries: list[_Entry], facts: _Facts, at: datetime) -> None:
        missing = {one.item.draft.recipient for one in entries if one.party is None}
        made = await self._parties.find_or_create_many(missing) if missing else {}
        accesses: dict[Basis, AccessRecord] = {}
        for entry in entries:
            draft = entry.item.draft
            party = entry.party or made[draft.recipient]
            if entry.judgement is None:
                continue
            try:
                fingerprint = await self._parties.fingerprint(party.party_id, entry.item.canonical)
            except DomainError as error:
                entry.outcome = error
                continue
            attachments = [
                carried(one, facts.kept[one.document_id]) for one in draft.attachments if one.document_id
            ]
            basis = entry.judgement.basis
            if basis not in accesses:
                accesses[basis] = access_record(actor, basis)
            publication = compose(
                actor,
                draft,
                entry.judgement,
                entry.publication_id,
                party,
                attachments,
                fingerprint,
                accesses[basis],
                at,
            )
            entry.placed = Placed(publication, draft.recipient, party)

    async def _append(self, entries: list[_Entry], at: datetime) -> None:
        placed = [one.placed for one in entries if one.placed is not None]
        if not placed:
            return
        try:
            accepted = await self._placement.put_all(placed, at)
        except VersionConflict:
            await self._each(entries, self._answer_again)
            await self._put_in_order([one for one in entries if one.outcome is None])
        else:
            for entry, fact in zip(entries, accepted, strict=True):
                entry.outcome = _published(entry, fact)

    async def _put_in_order(self, entries: list[_Entry]) -> None:
        """One after the other, in the order they came in. What cannot be said of one now is not asked of the
        next ones: none overtakes it, and nobody waits for each of them in turn.
        """
        for place, entry in enumerate(entries):
            await self._each([entry], self._put)
            if isinstance(entry.outcome, Retryable):
                for later in entries[place + 1 :]:
                    later.outcome = entry.outcome
                return

    async def _put(self, entry: _Entry) -> None:
        placed = entry.placed
        if placed is None:
            return
        try:
            accepted, _ = await self._placement.put(
                placed.publication, placed.recipient, placed.party, self._clock.now()
            )
            entry.outcome = _published(entry, accepted)
        except VersionConflict as conflict:
            entry.outcome = conflict
            await self._answer_again(entry)

    async def _answer_again(self, entry: _Entry) -> None:
        """Where the item came before, that is its outcome, whatever would be said of it today."""
        published = await self._repeats.published(entry.publication_id, entry.item.canonical)
        if published is not None:
            entry.outcome = BatchResult(
                await self._repeats.accepted(published),
                published.expires_at,
                published.recipient_activated,
                is_replayed=True,
            )

    async def _each(self, entries: list[_Entry], do: Callable[[_Entry], Awaitable[None]]) -> None:
        """`do` it for each, some at a time; an error is that entry's alone."""

        async def one(entry: _Entry) -> None:
            try:
                await do(entry)
            except DomainError as error:
                entry.outcome = error

        for start in range(0, len(entries), _LOOKS_AT_ONCE):
            await asyncio.gather(*map(one, entries[start : start + _LOOKS_AT_ONCE]))


def _entry(actor: Actor, item: BatchItem) -> _Entry:
    organisation = actor.organisation or ""
    return _Entry(item, ids.publication_id(organisation, item.draft.application, item.idempotency_key))


def _outcome(entry: _Entry) -> Outcome:
    if entry.outcome is None:
        raise AssertionError("every entry comes to an end")
    return entry.outcome


def _published(entry: _Entry, accepted: Accepted) -> Outcome | None:
    if entry.placed is None:
        return entry.outcome
    publication = entry.placed.publication
    return BatchResult(
        accepted,
        publication.expires_at,
        publication.recipient_activated,
        is_replayed=False,
    )


def _refuse_files(draft: MessageDraft) -> None:
    for index, one in enumerate(draft.attachments):
        if one.part is not None:
            detail = "a batch has no parts; keep the document first, and name it by documentId"
            raise InvalidInput(Issue(f"{ROOT}.attachments[{index}].httpPartName", "partMissing", detail))
