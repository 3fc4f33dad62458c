"""Which mailboxes were merged into which, as a read model needs it: events go on naming the mailbox of old.

A model that keeps mailboxes apart has a table of these, and reads every event's mailbox through it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Index,
    Named,
    Table,
    TypedColumns,
    bindparam,
    select,
    update,
)

from projections.bulk import insert_rows
from projections.columns import METADATA


class MergeColumns(TypedColumns):
    """`into_mailbox` is the mailbox that holds its messages now, however many merges led there."""

    mailbox_id: Named[UUID] = Column(primary_key=True)
    into_mailbox: Named[UUID]


def merges_table(name: str) -> Table:
    """A model's own table of merges."""
    table = Table(name, METADATA, MergeColumns)
    Index(f"{name}_into", table.c.into_mailbox)
    return table


def survivors(connection: Connection, merges: Table, mailboxes: Collection[UUID]) -> dict[UUID, UUID]:
    """Those of the mailboxes that were merged, with the mailbox that each is now."""
    if not mailboxes:
        return {}
    query = select(merges.c.mailbox_id, merges.c.into_mailbox)
    found = connection.execute(query.limit(_FEW + 1)).all()
    if len(found) > _FEW:
        named = query.where(merges.c.mailbox_id.in_(_MAILBOXES))
        found = connection.execute(named, {"mailboxes": list(mailboxes)}).all()
    return {row.mailbox_id: row.into_mailbox for row in found if row.mailbox_id in mailboxes}


def record_merge(connection: Connection, merges: Table, mailbox_id: UUID, into_mailbox: UUID) -> UUID:
    """The mailbox has become another one, as has all that was merged into it; returns what it is now."""
    into = survivors(connection, merges, [into_mailbox]).get(into_mailbox, into_mailbox)
    moved = update(merges).where(merges.c.into_mailbox == mailbox_id).values(into_mailbox=into)
    connection.execute(moved)
    insert_rows(connection, merges, [{"mailbox_id": mailbox_id, "into_mailbox": into}])
    return into


def doubles(
    connection: Connection, table: Table, mailbox_id: UUID, into: UUID, *only: ColumnElement[bool]
) -> list[UUID]:
    """The messages that the mailbox's coming into another one makes superfluous there.

    A publication that went to both is there once: as the message that it has its id from, if that is one of
    the two, or else as the one that was there before. `only`: of which rows of the table.
    """
    of_mailbox = select(table.c.publication_id, table.c.message_id).where(
        table.c.mailbox_id == bindparam("mailbox"), *only
    )
    coming, there = (
        {row.publication_id: row.message_id for row in connection.execute(of_mailbox, {"mailbox": one})}
        for one in (mailbox_id, into)
    )
    return [
        there[publication] if message == publication else message
        for publication, message in coming.items()
        if publication in there
    ]


_FEW: Final = 100
"""So many merges are read sooner than a page's mailboxes are asked about; mostly there are no more."""
_MAILBOXES: Final[BindParameter[Any]] = bindparam("mailboxes", expanding=True)
