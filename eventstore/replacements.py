"""Numbers that are replaced, and parties that turned out to be one, in the registry.

A replaced number is one number more that leads to its party. Where the new number has a party already, that
one goes on: every number of the other leads to it, and the other stays for what is in its mailbox, read under
its own key. `merged_into` always names a party that goes on itself, however often one was merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.errors import Conflict, Gone, NotFound
from domain.identifiers import Identifier
from eventstore.keys import KeyRing
from eventstore.parties import Database, PartyRegistry
from eventstore.partynumbers import NumberTaken, PartyNumbers
from eventstore.partytables import PARTY
from eventstore.personal import PartyKey

_ANOTHERS: Final = "the new number is another party's: merge the two"

_of = PARTY.c


@dataclass(frozen=True, slots=True)
class Merged:
    """A party whose merge is not on record yet, and the one that goes on."""

    party_id: UUID
    mailbox_id: UUID
    into_party: UUID
    into_mailbox: UUID


class Replacements:
    """What an operator changes in the registry; blocks. Every method raises `domain.errors.Unavailable`."""

    def __init__(
        self, database: Database, keys: KeyRing, numbers: PartyNumbers, registry: PartyRegistry
    ) -> None:
        self._database = database
        self._keys = keys
        self._numbers = numbers
        self._registry = registry

    def replace(self, party_id: UUID, new: Identifier, at: datetime) -> None:
        """From now on this is the party's number; those of before lead to it still. May be repeated.

        Raises `Conflict` where the number is another party's or the party was merged, `Gone` where it was
        erased.
        """
        with self._database.writing() as connection:
            (party,) = _locked(connection, party_id)
            if party.merged_into is not None:
                raise Conflict("the party was merged into another one meanwhile")
            owner = self._numbers.owner(connection, new)
            if owner is None:
                key = PartyKey(self._keys.key_encryption.unwrap(party_id, party.wrapped_key))
                try:
                    self._numbers.enter(connection, party_id, key, new, at)
                except NumberTaken:
                    raise Conflict(_ANOTHERS) from None
            elif owner != party_id:
                raise Conflict(_ANOTHERS)
            self._numbers.make_newest(connection, party_id, new, at)
        self._registry.forget(party_id)

    def merge(self, source: UUID, target: UUID, at: datetime) -> None:
        """Let every number of one party lead to the other, with all that was merged into it before.

        May be repeated. Raises `Conflict` where either was merged otherwise, `Gone` where either was erased.
        """
        with self._database.writing() as connection:
            parties = {party.party_id: party for party in _locked(connection, source, target)}
            one, other = parties[source], parties[target]
            if one.merged_into == target:
                return
            if one.merged_into is not None or other.merged_into is not None:
                raise Conflict("one of the two was merged into another party already")
            numbers = ((source, one.wrapped_key), (target, other.wrapped_key))
            self._numbers.move(connection, *numbers, at)
            merged = sa.or_(_of.party_id == source, _of.merged_into == source)
            connection.execute(sa.update(PARTY).where(merged).values(merged_into=target))
        self._registry.forget(source, target)

    def unfinished(self, into_party: UUID | None = None) -> Sequence[Merged]:
        """Merges that are not on record yet: all of them, or those into this party. The oldest first."""
        survivor = PARTY.alias("survivor")
        query = (
            sa.select(_of.party_id, _of.mailbox_id, survivor.c.party_id, survivor.c.mailbox_id)
            .join_from(PARTY, survivor, survivor.c.party_id == _of.merged_into)
            .where(_of.merged_into.is_not(None), _of.merged_at.is_(None))
            .order_by(_of.created_at, _of.party_id)
        )
        if into_party is not None:
            query = query.where(_of.merged_into == into_party)
        with self._database.reading() as connection:
            return [Merged(*row) for row in connection.execute(query)]

    def recorded(self, party_id: UUID, at: datetime) -> None:
        """`mailbox.merged_into` of this party's mailbox is committed."""
        with self._database.writing() as connection:
            is_it = (_of.party_id == party_id, _of.merged_at.is_(None))
            connection.execute(sa.update(PARTY).where(*is_it).values(merged_at=at))


def _locked(connection: Connection, *party_ids: UUID) -> Sequence[Any]:
    """The parties, which nobody else changes before the transaction ends. In one order for everybody."""
    query = sa.select(PARTY).where(_of.party_id.in_(party_ids)).order_by(_of.party_id)
    found = connection.execute(query.with_for_update()).all()
    if len(found) != len(set(party_ids)):
        raise NotFound("party")
    if any(party.wrapped_key is None or party.closed_at is not None for party in found):
        raise Gone("the party was erased")
    return found
