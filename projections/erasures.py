"""Erasures as officers and operators look for them, and the mailboxes that are under a legal hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Column, Connection, Named, Table, TypedColumns, delete, select, update

from domain.erasure import APPROVALS
from domain.events.erasure import ErasureApproved, ErasureCompleted, ErasureRefused, ErasureRequested
from domain.events.mailbox import MailboxFrozen, MailboxUnfrozen
from projections.bulk import insert_rows, replace_all, upsert_rows
from projections.columns import METADATA, Moment
from projections.model import Located, ReadModel

MOST: Final = 1000
"""So many are listed, the newest."""


class ErasureColumns(TypedColumns):
    """`state` is `requested`, `approved`, `refused` or `completed`; `since` when it came to be so."""

    erasure_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    requested_at: Named[datetime] = Column(Moment)
    legal_basis: Named[str]
    approvals: Named[int]
    state: Named[str]
    since: Named[datetime] = Column(Moment)


class HoldColumns(TypedColumns):
    """A mailbox of which nothing is erased or purged."""

    mailbox_id: Named[UUID] = Column(primary_key=True)
    reason: Named[str]
    since: Named[datetime] = Column(Moment)


ERASURES: Final = Table("erasure", METADATA, ErasureColumns)
HOLDS: Final = Table("legal_hold", METADATA, HoldColumns)


@dataclass(frozen=True, slots=True)
class ListedErasure:
    """One line of the list."""

    erasure_id: UUID
    mailbox_id: UUID
    requested_at: datetime
    legal_basis: str
    approvals: int
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ListedHold:
    """A mailbox under a legal hold."""

    mailbox_id: UUID
    reason: str
    since: datetime


def erasures(connection: Connection) -> list[ListedErasure]:
    """The newest first."""
    columns = (ERASURES.c[field.name] for field in fields(ListedErasure))
    query = select(*columns).order_by(ERASURES.c.requested_at.desc()).limit(MOST)
    return [ListedErasure(*row) for row in connection.execute(query)]


def holds(connection: Connection) -> list[ListedHold]:
    """All of them, the oldest first."""
    query = select(*(HOLDS.c[field.name] for field in fields(ListedHold))).order_by(HOLDS.c.since)
    return [ListedHold(*row) for row in connection.execute(query)]


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    for _, event in page:
        match event:
            case ErasureRequested():
                row = {
                    "erasure_id": event.originator_id,
                    "mailbox_id": event.mailbox_id,
                    "requested_at": event.timestamp,
                    "legal_basis": event.legal_basis,
                    "approvals": 0,
                    "state": "requested",
                    "since": event.timestamp,
                }
                insert_rows(connection, ERASURES, [row])
            case ErasureApproved():
                _approve(connection, event)
            case ErasureRefused():
                _set(connection, event.originator_id, "refused", event.timestamp)
            case ErasureCompleted():
                _set(connection, event.originator_id, "completed", event.timestamp)
            case MailboxFrozen():
                hold = {
                    "mailbox_id": event.originator_id,
                    "reason": event.reason,
                    "since": event.timestamp,
                }
                upsert_rows(connection, HOLDS, [hold], replace_all)
            case MailboxUnfrozen():
                connection.execute(delete(HOLDS).where(HOLDS.c.mailbox_id == event.originator_id))


def _approve(connection: Connection, event: ErasureApproved) -> None:
    is_it = ERASURES.c.erasure_id == event.originator_id
    count = connection.execute(select(ERASURES.c.approvals).where(is_it)).scalar_one() + 1
    connection.execute(update(ERASURES).where(is_it).values(approvals=count))
    if count == APPROVALS:
        _set(connection, event.originator_id, "approved", event.timestamp)


def _set(connection: Connection, erasure_id: UUID, state: str, since: datetime) -> None:
    is_it = ERASURES.c.erasure_id == erasure_id
    connection.execute(update(ERASURES).where(is_it).values(state=state, since=since))


MODEL: Final = ReadModel(
    name="erasures",
    tables=(ERASURES, HOLDS),
    handles=frozenset(
        {
            ErasureRequested,
            ErasureApproved,
            ErasureRefused,
            ErasureCompleted,
            MailboxFrozen,
            MailboxUnfrozen,
        }
    ),
    fold=_fold,
)
