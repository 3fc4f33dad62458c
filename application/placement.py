"""Puts a message into a mailbox: the one append that every publication, reply and link ends in.

The first message to a party brings `mailbox.created` along; several may try that at once, and each still has
its message.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.accepted import Accepted
from application.parties import Parties, mailbox_of
from domain.errors import Retryable, Unavailable
from domain.events.base import Event
from domain.events.mailbox import CreatedBecause
from domain.events.message import MessagePublished
from domain.identifiers import Identifier
from domain.mailbox import Mailbox
from domain.message import Message
from domain.publication import Publication
from eventstore.errors import VersionConflict
from eventstore.parties import Party
from eventstore.store import EventStore


@dataclass(frozen=True, slots=True, repr=False)
class Placed:
    """A publication, and to whom it goes first."""

    publication: Publication
    recipient: Identifier
    party: Party


class Placement:
    """Appends what was decided. Its errors are those of `EventStore.append`."""

    def __init__(self, events: EventStore, parties: Parties) -> None:
        self._events = events
        self._parties = parties

    async def put(
        self, publication: Publication, recipient: Identifier, party: Party, at: datetime, *more: Event
    ) -> tuple[Accepted, int]:
        """Append the publication to its first mailbox, and `more` with it.

        Returns what was accepted, and the position of the last event.
        `party` is the recipient's, and owns the mailbox that the publication names. Raises `VersionConflict`
        where the publication, or one of `more`, is there already, `Unavailable` where the recipient's
        mailbox was merged into another one since: a repeat finds that one.
        """
        await require_unmerged(self._parties, party)
        facts = [*Message.publish(publication.publication_id, publication, at).new_facts(), *more]
        if party.mailbox_recorded:
            positions = await self._events.append_all(*facts)
        else:
            positions = await self._append_with_mailbox(facts, recipient, party, at)
            with suppress(Retryable):  # a hint that saves the next publication a look; that one would mend it
                await self._parties.mailbox_recorded(party.party_id)
        (accepted,) = _accepted(facts, positions)
        return accepted, positions[-1]

    async def put_all(self, placed: Sequence[Placed], at: datetime) -> list[Accepted]:
        """Append many publications as one, all or none; what was accepted, in their order.

        Raises `VersionConflict` where any of them, or a mailbox that is to be begun, is there already, and
        `Unavailable` as `put`.
        """
        await require_unmerged(self._parties, *(one.party for one in placed))
        facts: list[Event] = []
        begun: set[UUID] = set()
        for one in placed:
            if not one.party.mailbox_recorded and one.party.party_id not in begun:
                begun.add(one.party.party_id)
                facts += mailbox_created(one.party, one.recipient, at)
            facts.append(Message.published_fact(one.publication.publication_id, one.publication, at))
        positions = await self._events.append_all(*facts)
        if begun:
            with suppress(Retryable):
                await self._parties.mailbox_recorded(*begun)
        return _accepted(facts, positions)

    async def _append_with_mailbox(
        self, facts: list[Event], recipient: Identifier, party: Party, at: datetime
    ) -> list[int]:
        """The positions of the facts."""
        created = mailbox_created(party, recipient, at)
        try:
            return (await self._events.append_all(*created, *facts))[len(created) :]
        except VersionConflict as conflict:
            if conflict.stream != party.mailbox_id:
                raise
            return await self._events.append_all(*facts)


async def require_unmerged(parties: Parties, *recipients: Party) -> None:
    """Raise `Unavailable` where one of them was merged into another party since it was looked up.

    Between that look and the append documents are put, which may take long. A merge waits for what processes
    remember and for appends under way, not for uploads: `application.replacing`.
    """
    for one in recipients:
        current = await parties.by_id(one.party_id)
        if current is not None and current.merged_into is not None:
            raise Unavailable("the recipient's mailbox has just been merged into another one", retry_after=1)


def mailbox_created(party: Party, recipient: Identifier, at: datetime) -> list[Event]:
    """The beginning of the mailbox of somebody who is published to for the first time."""
    because = CreatedBecause.PUBLISHED_TO
    return Mailbox.create(mailbox_of(party), party.party_id, recipient, because, at).new_facts()


def _accepted(facts: Sequence[Event], positions: Sequence[int]) -> list[Accepted]:
    return [
        Accepted.of(fact, position)
        for fact, position in zip(facts, positions, strict=True)
        if isinstance(fact, MessagePublished)
    ]
