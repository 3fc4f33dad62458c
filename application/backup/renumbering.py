"""Numbers that the log says were replaced, and mailboxes that it says were merged, in restored parties.

A backup of the keys may be older than that of the log: a number entered since is entered again, and a party
merged since is merged again. Where it is newer, the registry keeps what an operator had begun, and a merge
that is not in the log counts as unfinished.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.events.mailbox import IdentifierReplaced, MailboxMerged
from domain.identifiers import parse_identifier
from domain.personal import readable
from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper
from eventstore.partynumbers import PartyNumbers
from eventstore.partytables import PARTY
from eventstore.personal import PartyKey
from eventstore.recorder import RecordedEvent

_TOPICS = frozenset({IdentifierReplaced.TOPIC, MailboxMerged.TOPIC})
_of = PARTY.c


class Renumbering:
    """For one restore. What it does is part of the transaction that fills the table."""

    def __init__(self, numbers: PartyNumbers, keys: KeyRing, mapper: EventMapper) -> None:
        self._numbers = numbers
        self._keys = keys
        self._mapper = mapper
        self._behind: set[UUID] = set()

    def begin(self, connection: Connection) -> None:
        """No merge is on record yet."""
        connection.execute(sa.update(PARTY).values(merged_at=None))

    def take_in(self, connection: Connection, page: Sequence[RecordedEvent]) -> None:
        """The next page of the log."""
        for recorded in page:
            if recorded.stored.topic not in _TOPICS:
                continue
            stored = recorded.stored
            party = self._party(connection, _party_id(stored.state))
            if party is None:
                continue
            # The mapper's keys come from a database that does not have these rows yet.
            self._keys.learn(party.party_id, party.wrapped_key)
            event = self._mapper.to_domain_event(stored)
            if isinstance(event, IdentifierReplaced):
                self._replace(connection, party, event)
            elif isinstance(event, MailboxMerged):
                self._merge(connection, party, event)

    def _replace(self, connection: Connection, party: Any, event: IdentifierReplaced) -> None:
        number = readable(event.identifier)
        if number is None or party.merged_into is not None:
            return
        identifier = parse_identifier(event.scheme, number)
        if self._numbers.owner(connection, identifier) is None:
            key = PartyKey(self._keys.key_encryption.unwrap(party.party_id, party.wrapped_key))
            self._numbers.enter(connection, party.party_id, key, identifier, event.timestamp)
            self._behind.add(party.party_id)
        if party.party_id in self._behind:
            self._numbers.make_newest(connection, party.party_id, identifier, event.timestamp)

    def _merge(self, connection: Connection, party: Any, event: MailboxMerged) -> None:
        into = self._party(connection, event.into_party)
        if party.merged_into is None and into is not None and party.wrapped_key and into.wrapped_key:
            source, target = ((one.party_id, one.wrapped_key) for one in (party, into))
            self._numbers.move(connection, source, target, event.timestamp)
            merged = sa.or_(_of.party_id == party.party_id, _of.merged_into == party.party_id)
            connection.execute(sa.update(PARTY).where(merged).values(merged_into=into.party_id))
        is_it = _of.party_id == party.party_id
        connection.execute(sa.update(PARTY).where(is_it).values(merged_at=event.timestamp))

    def _party(self, connection: Connection, party_id: UUID) -> Any:
        return connection.execute(sa.select(PARTY).where(_of.party_id == party_id)).one_or_none()


class _Owned(msgspec.Struct):
    party_id: UUID


def _party_id(state: bytes) -> UUID:
    return msgspec.json.decode(state, type=_Owned).party_id
