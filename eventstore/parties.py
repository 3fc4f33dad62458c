"""The party registry: from a number to a party, its mailbox and whether it is active.

A number is never stored: it is found by a keyed hash (`eventstore.identifierhashes`), and kept sealed under
the party's own key (associated data: 01 ‖ party id ‖ scheme), so that the hash's key can be rotated and an
actor named in the access history. A party's row is committed before the first event that uses it.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.errors import Unavailable
from domain.identifiers import Identifier, IdentifierScheme, parse_identifier
from eventstore.cache import BoundedCache
from eventstore.identifierhashes import IdentifierHashes
from eventstore.keys import KeyRing, Reads
from eventstore.partynumbers import NumberTaken, PartyNumbers, number_context
from eventstore.partytables import PARTY, PARTY_IDENTIFIER
from eventstore.personal import PartyKey

CACHE_SIZE = 100_000
CACHE_SECONDS = 60.0
UNSETTLED_SECONDS = 5.0
"""For a party whose mailbox is not active or not recorded yet: another process may just be changing that."""


class PartyKind(StrEnum):
    """Whose party it is; a client has no mailbox."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"
    CLIENT = "client"


_KINDS = {
    IdentifierScheme.SSIN: PartyKind.CITIZEN,
    IdentifierScheme.ENTERPRISE: PartyKind.ENTERPRISE,
    IdentifierScheme.ESTABLISHMENT_UNIT: PartyKind.ENTERPRISE,
    IdentifierScheme.CLIENT: PartyKind.CLIENT,
}


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the registry knows it. `mailbox_id` is None for a client; `mailbox_recorded`:
    `mailbox.created` is in the log.

    `merged_into`: the party that its numbers lead to instead. `merged_mailboxes`: those of the parties that
    were merged into this one; their messages are this one's owner's.
    """

    party_id: UUID
    mailbox_id: UUID | None
    kind: PartyKind
    is_activated: bool
    mailbox_recorded: bool
    merged_into: UUID | None = None
    merged_mailboxes: tuple[UUID, ...] = ()


class Database(Reads, Protocol):
    """What this needs of the key store's database."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, committed and synced when the block ends well."""
        ...


class PartyRegistry:
    """Parties by number, by id and by mailbox. Every method raises `domain.errors.Unavailable` when the
    database does not answer. Safe among threads; look-ups that succeed are remembered for a minute.
    """

    def __init__(self, database: Database, keys: KeyRing, hashes: IdentifierHashes) -> None:
        self._database = database
        self._keys = keys
        self._hashes = hashes
        self._numbers = PartyNumbers(keys.key_encryption, hashes)
        self._ids: BoundedCache[Hashable, UUID] = BoundedCache(CACHE_SIZE)
        self._parties: BoundedCache[UUID, Party] = BoundedCache(CACHE_SIZE)

    def find(self, identifier: Identifier) -> Party | None:
        """The party with this number, or None."""
        digests = [one.digest for one in self._hashes.all_of(identifier)]
        return self._look_up(digests[0], PARTY_IDENTIFIER.c.identifier_hash.in_(digests))

    def known(self, identifier: Identifier) -> Party | None:
        """The party with this number if it is in memory; never asks the database."""
        return self._remembered(self._hashes.current(identifier))

    def known_by_id(self, party_id: UUID) -> Party | None:
        """The party with this id if it is in memory; never asks the database."""
        return self._remembered(party_id)

    def find_or_create(self, identifier: Identifier) -> Party:
        """The party with this number; made, with a key and (unless a client) a mailbox id, where there was
        none.

        What it returns is committed. Whoever asks for the same number at the same moment gets the same party.
        """
        found = self.find(identifier)
        if found is None:
            self._create(identifier)
            found = self.find(identifier)
        if found is None:
            raise Unavailable("the key store lost a party that was just committed")
        return found

    def by_id(self, party_id: UUID) -> Party | None:
        """The party with this id, or None."""
        return self._look_up(party_id, PARTY.c.party_id == party_id)

    def by_mailbox(self, mailbox_id: UUID) -> Party | None:
        """The party that owns this mailbox, or None."""
        return self._look_up(("mailbox", mailbox_id), PARTY.c.mailbox_id == mailbox_id)

    def identifier_of(self, party_id: UUID) -> Identifier | None:
        """The party's number (the last one, where replaced), or None for an erased or unknown party."""
        query = (
            sa.select(PARTY_IDENTIFIER.c.scheme, PARTY_IDENTIFIER.c.sealed_identifier)
            .where(PARTY_IDENTIFIER.c.party_id == party_id)
            .order_by(PARTY_IDENTIFIER.c.created_at.desc())
            .limit(1)
        )
        key = self._keys.key_of(party_id)
        if key is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        scheme = IdentifierScheme(row.scheme)
        number = key.unseal_identifier(row.sealed_identifier, number_context(party_id, scheme))
        return parse_identifier(scheme, number.decode())

    def mark_mailbox_recorded(self, party_id: UUID) -> None:
        """`mailbox.created` of this party's mailbox is committed."""
        self._update(party_id, mailbox_recorded=True)

    def mark_activated(self, party_id: UUID, at: datetime) -> None:
        """`mailbox.activated` is committed; the first moment counts."""
        self._update(party_id, activated_at=sa.func.coalesce(PARTY.c.activated_at, at))

    def forget(self, *party_ids: UUID) -> None:
        """What is in memory of them is no longer so."""
        for party_id in party_ids:
            self._parties.drop(party_id)

    def _remembered(self, key: Hashable) -> Party | None:
        if isinstance(key, UUID):
            return self._parties.get(key, None)
        party_id = self._ids.get(key, None)
        party = None if party_id is None else self._parties.get(party_id, None)
        return None if party is None or party.merged_into is not None else party  # its number left it since

    def _look_up(self, key: Hashable, condition: sa.ColumnElement[bool]) -> Party | None:
        if (party := self._remembered(key)) is not None:
            return party
        source = PARTY.outerjoin(PARTY_IDENTIFIER)
        query = (
            sa.select(PARTY, _HAS_MERGED.label("has_merged")).select_from(source).where(condition).limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            merged = _MERGED.where(_merged.c.merged_into == row.party_id)
            mailboxes = connection.scalars(merged).all() if row.has_merged else ()
        party = _party(row, tuple(one for one in mailboxes if one is not None))
        self._keys.learn(party.party_id, row.wrapped_key)
        self._parties.put(party.party_id, party, _seconds_to_trust(party))
        self._ids.put(key, party.party_id, CACHE_SECONDS)
        return party

    def _create(self, identifier: Identifier) -> None:
        party_id, now = uuid4(), datetime.now(UTC)
        kind = _KINDS[identifier.scheme]
        key = self._keys.key_encryption.new_key()
        # Taken: another process entered the number first (ours waited for its commit). Its party counts.
        with suppress(NumberTaken), self._database.writing() as connection:
            connection.execute(
                sa.insert(PARTY).values(
                    party_id=party_id,
                    mailbox_id=None if kind is PartyKind.CLIENT else uuid4(),
                    kind=kind.value,
                    wrapped_key=self._keys.key_encryption.wrap(party_id, key),
                    created_at=now,
                    mailbox_recorded=False,
                )
            )
            self._numbers.enter(connection, party_id, PartyKey(key), identifier, now)

    def _update(self, party_id: UUID, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(PARTY).where(PARTY.c.party_id == party_id).values(**values))
        self._parties.drop(party_id)


_merged = PARTY.alias("merged")
_HAS_MERGED = sa.exists().where(_merged.c.merged_into == PARTY.c.party_id)
_MERGED = sa.select(_merged.c.mailbox_id).order_by(_merged.c.created_at, _merged.c.party_id)


def _party(row: Any, merged_mailboxes: tuple[UUID, ...]) -> Party:
    return Party(
        party_id=row.party_id,
        mailbox_id=row.mailbox_id,
        kind=PartyKind(row.kind),
        is_activated=row.activated_at is not None,
        mailbox_recorded=row.mailbox_recorded,
        merged_into=row.merged_into,
        merged_mailboxes=merged_mailboxes,
    )


def _seconds_to_trust(party: Party) -> float:
    settled = party.kind is PartyKind.CLIENT or (party.is_activated and party.mailbox_recorded)
    return CACHE_SECONDS if settled else UNSETTLED_SECONDS
