"""Restored parties are what the log says of them, whenever their table was backed up.

The table is read after the log was cut, or days before, from a backup of the keys alone: it may know of
mailboxes whose events are lost, and not know of an erasure. Whoever believed the former would never record
such a mailbox again, nor ask its owner to accept the terms. So these columns come from the log alone. Who was
being erased when it was backed up is so no more: an erasure that is not on record begins again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from application.backup.renumbering import Renumbering
from domain.events.mailbox import MailboxActivated, MailboxCreated, OwnerErased
from eventstore.longwork import allow_long_statements
from eventstore.partytables import PARTY, PARTY_IDENTIFIER
from eventstore.recorder import RecordedEvent

_of = PARTY.c
_AT_ONCE: Final = 500


class _Told(msgspec.Struct):
    party_id: UUID
    timestamp: datetime


_decode = msgspec.json.Decoder(_Told).decode


def bring_in_line(
    connection: Connection, log: Iterable[Sequence[RecordedEvent]], now: datetime, renumbering: Renumbering
) -> int:
    """Set what the log says: whose mailbox is recorded, since when it is active, whose key is destroyed,
    which numbers were replaced and which mailboxes merged.

    Reads the whole log, a page at a time; part of the transaction that fills the table. How many parties
    were erased.
    """
    allow_long_statements(connection)
    connection.execute(sa.update(PARTY).values(mailbox_recorded=False, activated_at=None, closed_at=None))
    renumbering.begin(connection)
    erased: set[UUID] = set()
    for page in log:
        _record(connection, _of_topic(page, MailboxCreated.TOPIC))
        _activate(connection, _of_topic(page, MailboxActivated.TOPIC))
        renumbering.take_in(connection, page)
        gone = [one.party_id for one in _of_topic(page, OwnerErased.TOPIC)]
        _destroy_keys(connection, gone, now)
        erased.update(gone)
    # Numbers that the log replaced meanwhile, and parties without a mailbox on record that were merged.
    for start in range(0, len(erased), _AT_ONCE):
        _destroy(connection, sorted(erased)[start : start + _AT_ONCE], now)
    return len(erased)


def _of_topic(page: Sequence[RecordedEvent], topic: str) -> list[_Told]:
    return [_decode(one.stored.state) for one in page if one.stored.topic == topic]


def _record(connection: Connection, created: Sequence[_Told]) -> None:
    if created:
        parties = [one.party_id for one in created]
        connection.execute(sa.update(PARTY).where(_of.party_id.in_(parties)).values(mailbox_recorded=True))


def _activate(connection: Connection, activated: Sequence[_Told]) -> None:
    if activated:
        is_it = _of.party_id == sa.bindparam("party")
        connection.execute(
            sa.update(PARTY).where(is_it).values(activated_at=sa.bindparam("at")),
            [{"party": one.party_id, "at": one.timestamp} for one in activated],
        )


def _destroy_keys(connection: Connection, erased: Sequence[UUID], now: datetime) -> None:
    if erased:
        connection.execute(
            sa.update(PARTY)
            .where(_of.party_id.in_(erased))
            .values(wrapped_key=None, erased_at=sa.func.coalesce(_of.erased_at, now))
        )


def _destroy(connection: Connection, erased: Sequence[UUID], now: datetime) -> None:
    """The keys of whoever was merged into an erased party too, and the numbers that lead to any of them."""
    merged = list(connection.scalars(sa.select(_of.party_id).where(_of.merged_into.in_(erased))))
    _destroy_keys(connection, merged, now)
    numbers = PARTY_IDENTIFIER.c.party_id.in_([*erased, *merged])
    connection.execute(sa.delete(PARTY_IDENTIFIER).where(numbers))
