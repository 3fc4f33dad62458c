"""The hashes of every number in the registry, when the key that makes them changes.

First each number gets a hash under the current key beside the one it has: a row more, with the same sealed
number. Only when no process needs the other hashes any more they are removed. A number whose party was erased
cannot be read, and so never gets another hash: with its last one it is forgotten, and no longer leads to the
party that a publication has to be refused for. Whoever calls `remove_others` sees to it that this may be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from domain.identifiers import IdentifierScheme, parse_identifier
from eventstore.errors import WrongIdentifierKey
from eventstore.identifierhashes import IdentifierHashes
from eventstore.keys import KeyRing
from eventstore.longwork import long_transaction
from eventstore.parties import Database
from eventstore.partynumbers import number_context
from eventstore.partytables import PARTY, PARTY_IDENTIFIER
from eventstore.personal import PartyKey

BATCH = 500
SAMPLE = 100

_of = PARTY_IDENTIFIER.c
_twin = PARTY_IDENTIFIER.alias("twin")


@dataclass(frozen=True, slots=True)
class NumberCounts:
    """`by_key`: hashes by the id of their key, None where it is not recorded. `left`: numbers that the
    current key does not find yet. `erased`: numbers that it never will, since nobody can read them any more.
    """

    by_key: dict[bytes | None, int]
    left: int
    erased: int


class HashedNumbers:
    """The hashes in the database; blocks."""

    def __init__(self, database: Database, keys: KeyRing, hashes: IdentifierHashes) -> None:
        self._database = database
        self._keys = keys
        self._hashes = hashes
        self._has_twin = sa.exists().where(
            _twin.c.party_id == _of.party_id,
            _twin.c.sealed_identifier == _of.sealed_identifier,
            _twin.c.key_id == hashes.current_id,
        )

    @property
    def known_ids(self) -> Sequence[bytes]:
        """The ids of the identifier keys at hand, the current one first."""
        return self._hashes.key_ids

    def counts(self) -> NumberCounts:
        """How far it is."""
        by_key = sa.select(_of.key_id, sa.func.count()).group_by(_of.key_id)
        without = self._others(PARTY_IDENTIFIER.join(PARTY)).where(~self._has_twin)
        count = sa.select(sa.func.count())
        left = count.select_from(without.where(PARTY.c.wrapped_key.is_not(None)).subquery())
        erased = count.select_from(without.where(PARTY.c.wrapped_key.is_(None)).subquery())
        with long_transaction(self._database) as connection:
            found = {_bytes(row[0]): row[1] for row in connection.execute(by_key)}
            return NumberCounts(
                found, connection.execute(left).scalar_one(), connection.execute(erased).scalar_one()
            )

    def add_current(self, progress: Callable[[int], None]) -> None:
        """Give every number that can be read a hash under the current key, in batches.

        `progress` is told how many more are done, after each batch.
        """
        after = b""
        while True:
            with long_transaction(self._database) as connection:
                rows = connection.execute(
                    self._others(PARTY_IDENTIFIER.join(PARTY))
                    .add_columns(PARTY.c.wrapped_key)
                    .where(PARTY.c.wrapped_key.is_not(None), ~self._has_twin, _of.identifier_hash > after)
                    .order_by(_of.identifier_hash)
                    .limit(BATCH)
                    .with_for_update(of=PARTY_IDENTIFIER)  # a merge may be moving them to another party
                ).all()
                for row in rows:
                    self._add(connection, row)
            if not rows:
                return
            after = bytes(rows[-1].identifier_hash)
            progress(len(rows))

    def remove_others(self, progress: Callable[[int], None]) -> None:
        """Remove the hashes under other keys, of numbers that have one under the current key or that nobody
        can read any more. Only when no process looks under those keys any more.
        """
        unneeded = sa.or_(self._has_twin, PARTY.c.wrapped_key.is_(None))
        some = self._others(PARTY_IDENTIFIER.join(PARTY)).where(unneeded).limit(BATCH)
        while True:
            with long_transaction(self._database) as connection:
                digests = [row.identifier_hash for row in connection.execute(some)]
                connection.execute(sa.delete(PARTY_IDENTIFIER).where(_of.identifier_hash.in_(digests)))
            if not digests:
                return
            progress(len(digests))

    def check(self) -> None:
        """Raise `WrongIdentifierKey` where numbers are there that none of the keys at hand would find.

        Looks at a sample: whoever is started with the wrong key, or too early without the previous one,
        would make a second party for everybody.
        """
        sample = (
            sa.select(PARTY_IDENTIFIER, PARTY.c.wrapped_key)
            .select_from(PARTY_IDENTIFIER.join(PARTY))
            .where(_is_none_of(self._hashes.key_ids), PARTY.c.wrapped_key.is_not(None))
            .limit(SAMPLE)
            .subquery()
        )
        is_found = sa.exists().where(
            _twin.c.party_id == sample.c.party_id,
            _twin.c.sealed_identifier == sample.c.sealed_identifier,
            _twin.c.key_id.in_(self._hashes.key_ids),
        )
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(sample).where(~is_found)).all()
        for row in rows:
            known = [one.digest for one in self._hashes.all_of(self._number(row))]
            if bytes(row.identifier_hash) not in known:
                raise WrongIdentifierKey

    def _others(self, source: sa.FromClause) -> sa.Select[Any]:
        """Hashes that are not (known to be) under the current key."""
        others = _is_none_of([self._hashes.current_id])
        return sa.select(PARTY_IDENTIFIER).select_from(source).where(others)

    def _add(self, connection: Connection, row: Any) -> None:
        hashes = self._hashes.all_of(self._number(row))
        made_with = {one.digest: one.key_id for one in hashes}
        if row.key_id is None and (key_id := made_with.get(bytes(row.identifier_hash))):
            named = sa.update(PARTY_IDENTIFIER).where(_of.identifier_hash == row.identifier_hash)
            connection.execute(named.values(key_id=key_id))
        insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
        connection.execute(
            insert(PARTY_IDENTIFIER)
            .values(
                identifier_hash=hashes[0].digest,
                party_id=row.party_id,
                scheme=row.scheme,
                sealed_identifier=row.sealed_identifier,
                created_at=row.created_at,
                key_id=hashes[0].key_id,
            )
            .on_conflict_do_nothing(index_elements=["identifier_hash"])
        )

    def _number(self, row: Any) -> Any:
        scheme = IdentifierScheme(row.scheme)
        key = PartyKey(self._keys.key_encryption.unwrap(row.party_id, row.wrapped_key))
        number = key.unseal_identifier(row.sealed_identifier, number_context(row.party_id, scheme))
        return parse_identifier(scheme, number.decode())


def _is_none_of(key_ids: Sequence[bytes]) -> sa.ColumnElement[bool]:
    """As ranges between them: an index finds those, and no "not in"."""
    ordered = sorted(key_ids)
    between = [sa.and_(_of.key_id > low, _of.key_id < high) for low, high in pairwise(ordered)]
    return sa.or_(_of.key_id.is_(None), _of.key_id < ordered[0], *between, _of.key_id > ordered[-1])


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
