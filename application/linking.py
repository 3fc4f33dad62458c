"""One publication goes to further mailboxes: the same message, the same documents, sealed for each recipient.

A chunk of recipients is one append: what the broadcast's stream says of them, and their messages. So the
stream tells exactly who has the message, and whoever links the same recipient again changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from application.judging import partition_of, subject_of
from application.parties import Parties, mailbox_of
from application.placement import mailbox_created, require_unmerged
from application.publications import AT_ONCE, Publications
from application.recipients import refused_recipient
from application.reference import Reference, ReferenceData
from domain import ids
from domain.access import Basis, access_record
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Deny, Operation, decide
from domain.errors import Conflict, Gone, InvalidInput, Issue
from domain.events.base import Event
from domain.events.message import MessagePublished
from domain.identifiers import Identifier
from domain.message import Message
from domain.personal import ERASED
from domain.publication import Publication
from domain.register import PartyRegister
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.parties import Party
from eventstore.store import EventStore
from telemetry.spans import traced

MAX_RECIPIENTS: Final = 1000
ITEMS: Final = "items"
_CHUNK: Final = 100
_ATTEMPTS: Final = 5

_FACTS: Final = tuple(field.name for field in fields(Publication))


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """One recipient: why it did not get the message, or None where it has it.

    `is_activated`: whether its owner had a mailbox in use.
    """

    recipient: Identifier
    issue: Issue | None
    is_activated: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class LinkResult:
    """What became of each recipient, in the order they were given."""

    expires_at: datetime
    links: list[Link]
    position: int

    @property
    def linked(self) -> list[Identifier]:
        """Those that have the message now, by this call or an earlier one."""
        return [link.recipient for link in self.links if link.issue is None]

    @property
    def failed(self) -> list[tuple[Identifier, Issue]]:
        """Those that do not, and why."""
        return [(link.recipient, link.issue) for link in self.links if link.issue is not None]


class Linking:
    """The use case of partner organisations."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        publications: Publications,
        reference: Reference,
        register: PartyRegister,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._publications = publications
        self._reference = reference
        self._register = register
        self._clock = clock

    @traced("link")
    async def link(self, actor: Actor, publication_id: UUID, recipients: list[Identifier]) -> LinkResult:
        """Put the publication into the mailboxes of these recipients too; those that have it keep it.

        Raises `NotFound`, `Conflict` where it was withdrawn, recalled or has expired, `Gone` where its first
        recipient was erased and nobody can read it any more, `InvalidInput` for too many.
        """
        if not 1 <= len(recipients) <= MAX_RECIPIENTS:
            detail = f"1 to {MAX_RECIPIENTS} recipients"
            raise InvalidInput(Issue(ITEMS, "schemaViolation", detail))
        at = self._clock.now()
        first, basis = await self._publications.of_sender(actor, Operation.LINK, publication_id, at)
        _check_state(first)
        reference = await self._reference.current()
        refused = await self._refused(actor, first.published, recipients, reference, at)
        allowed = [one for one in dict.fromkeys(recipients) if one not in refused]
        parties = await self._parties.find_or_create_many(allowed)
        refused |= await self._taken_back(first, recipients, parties, at)
        allowed = [one for one in allowed if one not in refused]
        copy = _Copy(actor, basis, first, reference, at)
        position = 0
        for start in range(0, len(allowed), _CHUNK):
            some = {one: parties[one] for one in allowed[start : start + _CHUNK]}
            position = max(position, await self._link_chunk(copy, some))
        links = [
            Link(one, refused.get(one), one in refused or parties[one].is_activated) for one in recipients
        ]
        position = position or await self._events.latest_position()
        return LinkResult(first.published.expires_at, links, position)

    async def _refused(
        self,
        actor: Actor,
        published: MessagePublished,
        recipients: list[Identifier],
        reference: ReferenceData,
        at: datetime,
    ) -> dict[Identifier, Issue]:
        message_type = reference.message_types[published.message_type]
        findings = await self._register.check_all(set(recipients))
        refused: dict[Identifier, Issue] = {}
        for index, one in enumerate(recipients):
            where = f"{ITEMS}[{index}]"
            decision = decide(actor, subject_of(one, None), Operation.PUBLISH, message_type, None, at)
            if isinstance(decision, Deny):
                refused[one] = Issue(f"{where}.{one.scheme}", "notAllowed", decision.reason)
            elif issue := refused_recipient(findings[one], one, message_type, where):
                refused[one] = issue
        return refused

    async def _taken_back(
        self, first: Message, recipients: list[Identifier], parties: dict[Identifier, Party], at: datetime
    ) -> dict[Identifier, Issue]:
        """Those who had it until it was taken back from them: they neither have it nor get it again."""
        broadcast = await self._publications.broadcast(first, at)
        had_by = {*broadcast.mailboxes, first.published.mailbox_id}
        had = [one for one, party in parties.items() if had_by & {party.mailbox_id, *party.merged_mailboxes}]
        found: dict[Identifier, Issue] = {}
        for start in range(0, len(had), AT_ONCE):
            some = had[start : start + AT_ONCE]
            messages = await asyncio.gather(*(self._publications.to(first, one) for one in some))
            for one, message in zip(some, messages, strict=True):
                if message.is_withdrawn or message.is_recalled:
                    where = f"{ITEMS}[{recipients.index(one)}].{one.scheme}"
                    found[one] = Issue(where, "takenBack", "it was withdrawn or recalled from this recipient")
        return found

    async def _link_chunk(self, copy: _Copy, recipients: dict[Identifier, Party]) -> int:
        """The position of what was appended; 0 where all of them have it."""
        recorded = {party.mailbox_id for party in recipients.values() if party.mailbox_recorded}
        for attempt in range(1, _ATTEMPTS + 1):
            broadcast = await self._publications.broadcast(copy.first, copy.at)
            new = _without(recipients, {*broadcast.mailboxes, copy.first_mailbox})
            if not new:
                return 0
            broadcast.link(map(mailbox_of, new.values()), copy.access, copy.at)
            await require_unmerged(self._parties, *new.values())
            facts: list[Event] = broadcast.new_facts()
            for one, party in new.items():
                if party.mailbox_id not in recorded:
                    facts += mailbox_created(party, one, copy.at)
                facts += copy.message(one, party).new_facts()
            try:
                position = await self._events.append(*facts)
            except VersionConflict:
                if attempt == _ATTEMPTS:
                    raise
                recorded |= await self._recorded(recipients.values())
            else:
                unmarked = [one.party_id for one in new.values() if not one.mailbox_recorded]
                if unmarked:
                    await self._parties.mailbox_recorded(*unmarked)
                return position
        raise AssertionError("the last attempt returns or raises")

    async def _recorded(self, parties: Iterable[Party]) -> set[UUID | None]:
        """The mailboxes that somebody else has begun meanwhile."""
        found: set[UUID | None] = set()
        for party in parties:
            with suppress(AggregateNotFound):
                await self._events.get(mailbox_of(party))
                found.add(party.mailbox_id)
        return found


class _Copy:
    """The publication, as it is copied for further recipients."""

    def __init__(
        self, actor: Actor, basis: Basis, first: Message, reference: ReferenceData, at: datetime
    ) -> None:
        self.first = first
        self.published = published = first.published
        self.access = access_record(actor, basis)
        self.at = at
        self.first_mailbox = published.mailbox_id
        self._reference = reference
        facts = {name: getattr(published, name) for name in _FACTS}
        # It comes into sight now, or at the time that was asked for if that still lies ahead.
        facts |= {"visible_from": max(published.visible_from, at), "access": self.access}
        self._publication = Publication(**facts)

    def message(self, recipient: Identifier, party: Party) -> Message:
        """The message of this recipient."""
        published, mailbox_id = self.published, mailbox_of(party)
        partition = partition_of(
            recipient,
            self._reference,
            published.message_type,
            published.sender_organisation,
            published.sender_application,
            published.sender_partition,
        )
        publication = replace(
            self._publication,
            mailbox_id=mailbox_id,
            party_id=party.party_id,
            recipient_partition=partition,
            recipient_activated=party.is_activated,
        )
        stream = ids.message_id(published.publication_id, mailbox_id)
        return Message.publish(stream, publication, self.at)


def _without(recipients: dict[Identifier, Party], having: set[UUID]) -> dict[Identifier, Party]:
    """Those whose mailbox is none of these, each mailbox once: two numbers may lead to one."""
    found: dict[Identifier, Party] = {}
    for one, party in recipients.items():
        if not {party.mailbox_id, *party.merged_mailboxes} & having:
            found[one] = party
            having = {*having, mailbox_of(party)}
    return found


def _check_state(first: Message) -> None:
    if first.published.subject is ERASED:
        raise Gone("the first recipient of that publication has been erased")
    if first.is_withdrawn or first.is_recalled or first.is_expired:
        raise Conflict("the publication was withdrawn or recalled, or has expired")
