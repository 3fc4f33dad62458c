"""What an erasure does in the key store: it closes parties, and then destroys what is readable of them.

Closing can be taken back, and every process heeds it (`eventstore.closing`). Destroying cannot: the wrapped
key, the rows that lead from numbers to the party, and what was issued to prove its address go in one
transaction. The party's row stays, without anything personal: what it is named by in the log is no secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa

from domain.errors import NotFound
from eventstore.closing import ClosedParties
from eventstore.parties import Database
from eventstore.partytables import ADDRESS_VERIFICATION, PARTY, PARTY_IDENTIFIER
from eventstore.scrubbing import scrub

_of = PARTY.c


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a party's erasure is in the key store. `mailbox_id` is None for a client."""

    party_id: UUID
    mailbox_id: UUID | None
    mailbox_recorded: bool
    merged_into: UUID | None
    is_closed: bool
    is_destroyed: bool


class ScrubbedDatabase(Database, Protocol):
    """What this needs of the key store's database."""

    @property
    def engine(self) -> sa.Engine:
        """Its connections."""
        ...


class ErasedParties:
    """The parties of one erasure: somebody, and whoever was merged into them. Blocks; may be repeated.

    Every method raises `domain.errors.Unavailable`.
    """

    def __init__(self, database: ScrubbedDatabase, closed: ClosedParties) -> None:
        self._database = database
        self._closed = closed

    def of_mailbox(self, mailbox_id: UUID) -> Sequence[Standing]:
        """The mailbox's party, then those merged into it. Raises `NotFound`."""
        query = sa.select(PARTY).where(_of.mailbox_id == mailbox_id)
        with self._database.reading() as connection:
            party = connection.execute(query).one_or_none()
            if party is None:
                raise NotFound("nobody's mailbox has this id")
            merged = sa.select(PARTY).where(_of.merged_into == party.party_id)
            rows = connection.execute(merged.order_by(_of.created_at, _of.party_id)).all()
        return [
            Standing(
                party_id=row.party_id,
                mailbox_id=row.mailbox_id,
                mailbox_recorded=row.mailbox_recorded,
                merged_into=row.merged_into,
                is_closed=row.closed_at is not None,
                is_destroyed=row.wrapped_key is None,
            )
            for row in (party, *rows)
        ]

    def close(self, parties: Sequence[UUID], at: datetime) -> None:
        """From now on they count as having no key; every process knows within seconds."""
        with self._database.writing() as connection:
            these = (_of.party_id.in_(parties), _of.closed_at.is_(None))
            connection.execute(sa.update(PARTY).where(*these).values(closed_at=at))
        self._closed.look_again()

    def reopen(self, parties: Sequence[UUID]) -> None:
        """Take that back, of those whose key is still there."""
        with self._database.writing() as connection:
            these = (_of.party_id.in_(parties), _of.wrapped_key.is_not(None))
            connection.execute(sa.update(PARTY).where(*these).values(closed_at=None))
        self._closed.look_again()

    def destroy(self, parties: Sequence[Standing], at: datetime) -> None:
        """Their keys, their numbers and the codes sent to their addresses: for good."""
        party_ids = [one.party_id for one in parties]
        mailboxes = [one.mailbox_id for one in parties if one.mailbox_id is not None]
        destroyed = {
            "wrapped_key": None,
            "erased_at": sa.func.coalesce(_of.erased_at, at),
            "closed_at": sa.func.coalesce(_of.closed_at, at),
        }
        with self._database.writing() as connection:
            connection.execute(sa.update(PARTY).where(_of.party_id.in_(party_ids)).values(destroyed))
            numbers = PARTY_IDENTIFIER.c.party_id.in_(party_ids)
            connection.execute(sa.delete(PARTY_IDENTIFIER).where(numbers))
            codes = ADDRESS_VERIFICATION.c.mailbox_id.in_(mailboxes)
            connection.execute(sa.delete(ADDRESS_VERIFICATION).where(codes))
        self._closed.look_again()

    def scrub(self) -> None:
        """Let the database give up what it keeps of rows that are gone."""
        scrub(self._database.engine, [PARTY, PARTY_IDENTIFIER, ADDRESS_VERIFICATION])
