"""The rows that lead from a number to its party, entered and moved within somebody's transaction.

A row is found by the number's hash, under each of the keys at hand, and holds the number sealed under the
party's own key. So a row that comes to lead to another party is sealed anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from domain.identifiers import Identifier, IdentifierScheme
from eventstore.identifierhashes import IdentifierHashes
from eventstore.keys import KeyEncryption
from eventstore.partytables import PARTY_IDENTIFIER
from eventstore.personal import FORMAT, PartyKey

_ROWS_AT_ONCE: Final = 100
_A_MOMENT: Final = timedelta(microseconds=1)
_of = PARTY_IDENTIFIER.c


class NumberTaken(Exception):
    """The number leads to a party already: perhaps another process entered it a moment ago."""


class PartyNumbers:
    """Enters and moves numbers."""

    def __init__(self, key_encryption: KeyEncryption, hashes: IdentifierHashes) -> None:
        self._key_encryption = key_encryption
        self._hashes = hashes

    def enter(
        self, connection: Connection, party_id: UUID, key: PartyKey, number: Identifier, at: datetime
    ) -> None:
        """Let the number lead to the party from now on. Raises `NumberTaken`; roll back then."""
        self.enter_all(connection, [(party_id, key, number)], at)

    def enter_all(
        self, connection: Connection, entries: Sequence[tuple[UUID, PartyKey, Identifier]], at: datetime
    ) -> None:
        """`enter` for many at once. Raises `NumberTaken` where any of them is; roll back then."""
        rows = [row for entry in entries for row in self._rows(*entry, at)]
        # In one order for everybody, or two processes would each wait for the other's second hash.
        rows.sort(key=lambda row: row["identifier_hash"])
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            entering = _insert(connection).values(some)
            entering = entering.on_conflict_do_nothing(index_elements=["identifier_hash"])
            if len(connection.execute(entering.returning(_of.party_id)).all()) < len(some):
                raise NumberTaken

    def _rows(
        self, party_id: UUID, key: PartyKey, number: Identifier, at: datetime
    ) -> Iterator[dict[str, Any]]:
        sealed = key.seal_identifier(number.number.encode(), number_context(party_id, number.scheme))
        for one in self._hashes.all_of(number):
            yield {
                "identifier_hash": one.digest,
                "party_id": party_id,
                "scheme": number.scheme.value,
                "sealed_identifier": sealed,
                "created_at": at,
                "key_id": one.key_id,
            }

    def owner(self, connection: Connection, number: Identifier) -> UUID | None:
        """The party that the number leads to; None where it leads nowhere."""
        query = sa.select(_of.party_id).where(_of.identifier_hash.in_(self._digests(number))).limit(1)
        return connection.execute(query).scalar_one_or_none()

    def make_newest(self, connection: Connection, party_id: UUID, number: Identifier, at: datetime) -> None:
        """Of the party's numbers this is the one that counts."""
        newest = _newest(connection, party_id)
        if newest is not None and bytes(newest.identifier_hash) not in self._digests(number):
            sealed = sa.select(_of.sealed_identifier).where(_of.identifier_hash.in_(self._digests(number)))
            self._date(connection, party_id, connection.execute(sealed.limit(1)).scalar_one(), at)

    def move(
        self, connection: Connection, source: tuple[UUID, bytes], target: tuple[UUID, bytes], at: datetime
    ) -> None:
        """Let every number of one party lead to the other, whose own number goes on being the newest.

        Each is a party's id and its wrapped key.
        """
        here, there = (PartyKey(self._key_encryption.unwrap(*party)) for party in (source, target))
        newest = _newest(connection, target[0])
        rows = sa.select(PARTY_IDENTIFIER).where(_of.party_id == source[0]).limit(_ROWS_AT_ONCE)
        sealed: dict[bytes, bytes] = {}  # the rows of one number must go on having the same
        # Until there are none: whoever hashes numbers under a new key may have been about to add one.
        while some := connection.execute(rows.with_for_update()).all():
            for row in some:
                if row.sealed_identifier not in sealed:
                    scheme = IdentifierScheme(row.scheme)
                    number = here.unseal_identifier(row.sealed_identifier, number_context(source[0], scheme))
                    context = number_context(target[0], scheme)
                    sealed[row.sealed_identifier] = there.seal_identifier(number, context)
                moved = sa.update(PARTY_IDENTIFIER).where(_of.identifier_hash == row.identifier_hash)
                again = sealed[row.sealed_identifier]
                connection.execute(moved.values(party_id=target[0], sealed_identifier=again))
        if newest is not None:
            self._date(connection, target[0], newest.sealed_identifier, at)

    def _date(self, connection: Connection, party_id: UUID, sealed: bytes, at: datetime) -> None:
        newest = _newest(connection, party_id)
        at = at if newest is None else max(at, _utc(newest.created_at) + _A_MOMENT)  # clocks differ
        rows = (_of.party_id == party_id, _of.sealed_identifier == sealed)
        connection.execute(sa.update(PARTY_IDENTIFIER).where(*rows).values(created_at=at))

    def _digests(self, number: Identifier) -> list[bytes]:
        return [one.digest for one in self._hashes.all_of(number)]


def number_context(party_id: UUID, scheme: IdentifierScheme) -> bytes:
    """What a sealed number is bound to."""
    return bytes([FORMAT]) + party_id.bytes + scheme.value.encode()


def _newest(connection: Connection, party_id: UUID) -> Any:
    query = sa.select(PARTY_IDENTIFIER).where(_of.party_id == party_id)
    return connection.execute(query.order_by(_of.created_at.desc()).limit(1)).one_or_none()


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment  # SQLite does not keep the zone


def _insert(connection: Connection) -> Any:
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    return insert(PARTY_IDENTIFIER)
