"""The party registry: from a number to a party, its mailbox and whether it is active.

A number is never stored: it is found by a keyed hash (`eventstore.identifierhashes`), and kept sealed under
the party's own key (associated data: 01 ‖ party id ‖ scheme), so that the hash's key can be rotated and an
actor named in the access history. A party's row is committed before the first event that uses it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
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
from eventstore.closing import ClosedParties, Reads, require_settled
from eventstore.identifierhashes import IdentifierHashes
from eventstore.keys import KeyRing
from eventstore.partynumbers import NumberTaken, PartyNumbers, number_context
from eventstore.partytables import PARTY, PARTY_IDENTIFIER
from eventstore.personal import PartyKey

CACHE_SIZE = 100_000
CACHE_SECONDS = 60.0
_AT_ONCE = 500
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
    were merged into this one; their messages are this one's owner's. `is_erased`: it has no key any more, or
    an erasure has begun that will destroy it.
    """

    party_id: UUID
    mailbox_id: UUID | None
    kind: PartyKind
    is_activated: bool
    mailbox_recorded: bool
    merged_into: UUID | None = None
    merged_mailboxes: tuple[UUID, ...] = ()
    is_erased: bool = False


class Database(Reads, Protocol):
    """What this needs of the key store's database."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, committed and synced when the block ends well."""
        ...


class PartyRegistry:
    """Parties by number, by id and by mailbox. Every method raises `domain.errors.Unavailable` when the
    database does not answer, and for a number whose party is being erased: soon it leads nowhere. Safe among
    threads; look-ups that succeed are remembered for a minute.
    """

    def __init__(
        self, database: Database, keys: KeyRing, hashes: IdentifierHashes, closed: ClosedParties
    ) -> None:
        self._database = database
        self._closed = closed
        closed.on_closed(self.forget)
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
        return None if self._closed.is_my_turn() else self._remembered(self._hashes.current(identifier))

    def known_by_id(self, party_id: UUID) -> Party | None:
        """The party with this id if it is in memory; never asks the database."""
        return None if self._closed.is_my_turn() else self._remembered(party_id)

    def find_or_create(self, identifier: Identifier) -> Party:
        """The party with this number; made, with a key and (unless a client) a mailbox id, where there was
        none.

        What it returns is committed. Whoever asks for the same number at the same moment gets the same party.
        """
        found = self.find(identifier)
        if found is None:
            # Taken: another process entered the number first (ours waited for its commit). Its party counts.
            with suppress(NumberTaken):
                self._create(identifier)
            found = self.find(identifier)
        if found is None:
            raise Unavailable("the key store lost a party that was just committed")
        return found

    def find_many(self, identifiers: Collection[Identifier]) -> dict[Identifier, Party]:
        """Those of these numbers that have a party: what is not in memory in one look for five hundred."""
        found = {one: party for one in identifiers if (party := self.known(one)) is not None}
        wanted = [one for one in dict.fromkeys(identifiers) if one not in found]
        for start in range(0, len(wanted), _AT_ONCE):
            found |= self._look_many_up(wanted[start : start + _AT_ONCE])
        return found

    def find_or_create_many(self, identifiers: Collection[Identifier]) -> dict[Identifier, Party]:
        """`find_or_create` for each of these, in few round trips."""
        found = self.find_many(identifiers)
        missing = [one for one in dict.fromkeys(identifiers) if one not in found]
        if not missing:
            return found
        with suppress(NumberTaken):  # then one by one: somebody else enters one of them at this moment
            self._create(*missing)
            found |= self.find_many(missing)
        return found | {one: self.find_or_create(one) for one in missing if one not in found}

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

    def mark_mailbox_recorded(self, *party_ids: UUID) -> None:
        """`mailbox.created` of these parties' mailboxes is committed."""
        self._update(*party_ids, mailbox_recorded=True)

    def mark_activated(self, party_id: UUID, at: datetime) -> None:
        """`mailbox.activated` is committed; the first moment counts."""
        self._update(party_id, activated_at=sa.func.coalesce(PARTY.c.activated_at, at))

    def forget(self, *party_ids: UUID) -> None:
        """What is in memory of them is no longer so."""
        for party_id in party_ids:
            self._parties.drop(party_id)

    def _remembered(self, key: Hashable) -> Party | None:
        party_id = key if isinstance(key, UUID) else self._ids.get(key, None)
        if party_id is None or not self._closed.is_known or party_id in self._closed:
            return None
        party = self._parties.get(party_id, None)
        if party is None or isinstance(key, UUID):
            return party
        has_left = party.merged_into is not None or party.is_erased
        return None if has_left else party  # its number leads elsewhere since

    def _look_up(self, key: Hashable, condition: sa.ColumnElement[bool]) -> Party | None:
        self._closed.look()
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
        if isinstance(key, bytes):
            require_settled(row)
        return self._remember(row, key, tuple(one for one in mailboxes if one is not None))

    def _look_many_up(self, identifiers: list[Identifier]) -> dict[Identifier, Party]:
        by_digest = {
            one.digest: identifier for identifier in identifiers for one in self._hashes.all_of(identifier)
        }
        columns = (PARTY, PARTY_IDENTIFIER.c.identifier_hash, _HAS_MERGED.label("has_merged"))
        query = (
            sa.select(*columns)
            .select_from(PARTY.join(PARTY_IDENTIFIER))
            .where(PARTY_IDENTIFIER.c.identifier_hash.in_(list(by_digest)))
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found: dict[Identifier, Party] = {}
        for row in rows:
            require_settled(row)
            identifier = by_digest[bytes(row.identifier_hash)]
            if row.has_merged:
                party = self.find(identifier)
            else:
                party = self._remember(row, self._hashes.current(identifier), ())
            if party is not None:
                found[identifier] = party
        return found

    def _remember(self, row: Any, key: Hashable, merged_mailboxes: tuple[UUID, ...]) -> Party:
        party = _party(row, merged_mailboxes)
        if party.is_erased or not self._keys.has(party.party_id):
            self._keys.learn(party.party_id, None if party.is_erased else row.wrapped_key)
        self._parties.put(party.party_id, party, _seconds_to_trust(party))
        self._ids.put(key, party.party_id, CACHE_SECONDS)
        return party

    def _create(self, *identifiers: Identifier) -> None:
        """All of them, or none. Raises `NumberTaken`."""
        now = datetime.now(UTC)
        made = [(uuid4(), self._keys.key_encryption.new_key(), one) for one in identifiers]
        rows = [
            {
                "party_id": party_id,
                "mailbox_id": None if _KINDS[one.scheme] is PartyKind.CLIENT else uuid4(),
                "kind": _KINDS[one.scheme].value,
                "wrapped_key": self._keys.key_encryption.wrap(party_id, key),
                "created_at": now,
                "mailbox_recorded": False,
            }
            for party_id, key, one in made
        ]
        numbers = [(party_id, PartyKey(key), one) for party_id, key, one in made]
        with self._database.writing() as connection:
            connection.execute(sa.insert(PARTY), rows)
            self._numbers.enter_all(connection, numbers, now)

    def _update(self, *party_ids: UUID, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(PARTY).where(PARTY.c.party_id.in_(party_ids)).values(**values))
        self.forget(*party_ids)


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
        is_erased=row.wrapped_key is None or row.closed_at is not None,
    )


def _seconds_to_trust(party: Party) -> float:
    settled = party.kind is PartyKind.CLIENT or (party.is_activated and party.mailbox_recorded)
    return CACHE_SECONDS if settled else UNSETTLED_SECONDS
