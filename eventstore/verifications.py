"""Codes that prove an e-mail address: when each was issued and how often somebody guessed.

Neither a code nor an address lies here. A code is derived from the `nonce` and the entered address under the
party's key, by whoever needs it; this table is what makes codes expire, be replaced and run out of tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from domain.errors import LimitReached
from eventstore.parties import Database
from eventstore.partytables import ADDRESS_VERIFICATION, PARTY

_v: Final = ADDRESS_VERIFICATION.c


@dataclass(frozen=True, slots=True)
class Issued:
    """A code as it is on record, without the code.

    `entered_version` is the version, in the mailbox's stream, of the event that entered the address: a code
    is for that address alone. `tries` counts the guesses.
    """

    nonce: bytes
    entered_version: int
    issued_at: datetime
    tries: int


class AddressVerifications:
    """The codes on record. Every method blocks and raises `domain.errors.Unavailable` when the database does
    not answer. Safe among threads and processes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(
        self,
        mailbox_id: UUID,
        nonce: bytes,
        entered_version: int,
        at: datetime,
        *,
        limit: int,
        period: timedelta,
    ) -> None:
        """Put a code on record; it takes the place of the one before.

        Raises `LimitReached` where `limit` of them were issued within `period`. What is older is forgotten.
        """
        with self._database.writing() as connection:
            # Two at once for one mailbox take turns: each would count without the other's.
            party = sa.select(PARTY.c.party_id).where(PARTY.c.mailbox_id == mailbox_id)
            connection.execute(party.with_for_update(key_share=True))
            connection.execute(
                sa.delete(ADDRESS_VERIFICATION).where(
                    _v.mailbox_id == mailbox_id, _v.issued_at <= at - period
                )
            )
            recent = connection.execute(_OF_MAILBOX, {"mailbox": mailbox_id}).all()
            if len(recent) >= limit:
                again = _in_utc(recent[limit - 1].issued_at) + period - at
                raise LimitReached("codes for one address", max(1, -(-again // timedelta(seconds=1))))
            connection.execute(
                sa.insert(ADDRESS_VERIFICATION).values(
                    mailbox_id=mailbox_id,
                    number=recent[0].number + 1 if recent else 1,
                    nonce=nonce,
                    entered_version=entered_version,
                    issued_at=at,
                    tries=0,
                )
            )

    def latest(self, mailbox_id: UUID) -> Issued | None:
        """The code that was issued last, whatever has become of it."""
        with self._database.reading() as connection:
            row = connection.execute(_OF_MAILBOX.limit(1), {"mailbox": mailbox_id}).one_or_none()
        return None if row is None else _issued(row)

    def count_try(self, mailbox_id: UUID, nonce: bytes, *, limit: int) -> int | None:
        """Count one guess, committed when this returns; how many it are now, None past `limit`.

        One statement counts and decides: of many guesses at once, `limit` are let through.
        """
        counted = (
            sa.update(ADDRESS_VERIFICATION)
            .where(_v.mailbox_id == mailbox_id, _v.nonce == nonce, _v.tries < limit)
            .values(tries=_v.tries + 1)
            .returning(_v.tries)
        )
        with self._database.writing() as connection:
            return connection.execute(counted).scalar_one_or_none()


_OF_MAILBOX: Final = (
    sa.select(ADDRESS_VERIFICATION).where(_v.mailbox_id == sa.bindparam("mailbox")).order_by(_v.number.desc())
)


def _issued(row: Any) -> Issued:
    return Issued(row.nonce, row.entered_version, _in_utc(row.issued_at), row.tries)


def _in_utc(moment: datetime) -> datetime:
    """SQLite loses the offset of what was written in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
