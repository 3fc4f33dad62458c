"""Whom an erasure is about: a party, and whoever turned out to be the same and was merged into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Conflict
from domain.mailbox import Mailbox
from eventstore.erasing import ErasedParties, Standing
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore
from threads import BoundedThreads


@dataclass(frozen=True, slots=True)
class Person:
    """`parties` as the registry has them, the one that goes on first; `mailboxes` that are on record."""

    parties: Sequence[Standing]
    mailboxes: Sequence[Mailbox]

    @property
    def party_ids(self) -> list[UUID]:
        """All of them."""
        return [one.party_id for one in self.parties]

    @property
    def mailbox_ids(self) -> list[UUID]:
        """All of them, on record or not."""
        return [one.mailbox_id for one in self.parties if one.mailbox_id is not None]

    @property
    def is_logged(self) -> bool:
        """Whether the log says of every mailbox that its owner was erased."""
        return bool(self.mailboxes) and all(one.is_erased for one in self.mailboxes)

    def require_closed(self) -> None:
        """Raise `Conflict` unless every process has stopped to read and write for all of them."""
        if not all(one.is_closed for one in self.parties):
            raise Conflict("the mailbox was opened again or merged meanwhile: run this again")


async def the_person(
    events: EventStore, erased: ErasedParties, threads: BoundedThreads, mailbox_id: UUID
) -> Person:
    """The owner of this mailbox.

    Raises `NotFound`, and `Conflict` where the mailbox was merged into another one, which is to be named.
    """
    parties = await threads.run(erased.of_mailbox, mailbox_id)
    mailboxes = [await _load(events, one.mailbox_id) for one in parties if one.mailbox_id is not None]
    recorded = [one for one in mailboxes if one is not None]
    if parties[0].merged_into is not None:
        into = next((one.merged_into for one in recorded if one.id == mailbox_id), None)
        raise Conflict(f"the mailbox was merged into {into or 'another one'}: name that one")
    return Person(parties, recorded)


async def _load(events: EventStore, mailbox_id: UUID) -> Mailbox | None:
    try:
        found = await events.get(mailbox_id)
    except AggregateNotFound:
        return None
    return found if isinstance(found, Mailbox) else None
