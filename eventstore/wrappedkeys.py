"""Every party's wrapped key, to be wrapped again when the key-encryption key changes.

A key is replaced only where it still is what was read: a party that is erased meanwhile stays erased. Each
batch is a transaction of its own, so that work broken off is simply done again from the beginning, and finds
only what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from eventstore.keys import ID_BYTES, KeyEncryption
from eventstore.longwork import Writes, long_transaction
from eventstore.partytables import PARTY

BATCH = 500

_ID = sa.func.substr(PARTY.c.wrapped_key, sa.literal_column("2"), sa.literal_column(str(ID_BYTES)))
_KEY_ID = sa.type_coerce(_ID, sa.LargeBinary)
_IS_WRAPPED = PARTY.c.wrapped_key.is_not(None)


class WrappedKeys:
    """The wrapped keys in the database; blocks."""

    def __init__(self, database: Writes, key_encryption: KeyEncryption) -> None:
        self._database = database
        self._key_encryption = key_encryption

    @property
    def known_ids(self) -> Sequence[bytes]:
        """The ids of the key-encryption keys at hand, the current one first."""
        return self._key_encryption.key_ids

    def counts(self) -> dict[bytes, int]:
        """How many keys are wrapped under which key-encryption key, by its id."""
        query = sa.select(_KEY_ID.label("key_id"), sa.func.count()).where(_IS_WRAPPED).group_by("key_id")
        with long_transaction(self._database) as connection:
            return {bytes(row[0]): row[1] for row in connection.execute(query)}

    def wrap_again(self, progress: Callable[[int], None]) -> None:
        """Wrap under the current key whatever is wrapped under the others at hand.

        `progress` is told how many more are done, after each batch.
        """
        after: UUID | None = None
        while True:
            with long_transaction(self._database) as connection:
                rows = self._batch(connection, after)
                for party_id, wrapped in rows:
                    self._replace(connection, party_id, wrapped)
            if not rows:
                return
            after = rows[-1][0]
            progress(len(rows))

    def _batch(self, connection: Connection, after: UUID | None) -> Sequence[Any]:
        others = self._key_encryption.key_ids[1:]
        query = sa.select(PARTY.c.party_id, PARTY.c.wrapped_key).where(_IS_WRAPPED, _KEY_ID.in_(others))
        if after is not None:
            query = query.where(PARTY.c.party_id > after)
        return connection.execute(query.order_by(PARTY.c.party_id).limit(BATCH)).all()

    def _replace(self, connection: Connection, party_id: UUID, wrapped: bytes) -> None:
        key = self._key_encryption.unwrap(party_id, wrapped)
        connection.execute(
            sa.update(PARTY)
            .where(PARTY.c.party_id == party_id, PARTY.c.wrapped_key == wrapped)
            .values(wrapped_key=self._key_encryption.wrap(party_id, key))
        )
