"""Which kept documents there are, and until when: for whoever removes them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Named,
    Table,
    TypedColumns,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
)

from domain.events.document import DocumentKept, DocumentPurged
from projections.bulk import insert_rows
from projections.columns import METADATA, Moment
from projections.model import Located, ReadModel


class KeptColumns(TypedColumns):
    """One row for each document that is still in the object store."""

    document_id: Named[UUID] = Column(primary_key=True)
    keep_until: Named[datetime] = Column(Moment)


KEPT: Final = Table("kept_document", METADATA, KeptColumns)
_k = KEPT.c
Index("kept_document_until", _k.keep_until, _k.document_id)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A document whose time is over, or will be."""

    keep_until: datetime
    document_id: UUID


def over(
    connection: Connection, until: datetime, *, limit: int, after: KeptDocument | None = None
) -> list[KeptDocument]:
    """At most `limit` documents whose time was over by then; those behind `after` alone."""
    query = (
        select(_k.keep_until, _k.document_id)
        .where(_k.keep_until <= until)
        .order_by(_k.keep_until, _k.document_id)
        .limit(limit)
    )
    if after is not None:
        behind = (
            literal(after.keep_until, _k.keep_until.type),
            literal(after.document_id, _k.document_id.type),
        )
        query = query.where(tuple_(_k.keep_until, _k.document_id) > tuple_(*behind))
    return [KeptDocument(*row) for row in connection.execute(query)]


def count_over(connection: Connection, until: datetime) -> int:
    """How many documents' time was over by then."""
    return connection.execute(select(func.count()).where(_k.keep_until <= until)).scalar_one()


_REMOVE: Final = delete(KEPT).where(_k.document_id.in_(bindparam("documents", expanding=True)))


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    kept = {
        event.originator_id: {"document_id": event.originator_id, "keep_until": event.keep_until}
        for _, event in page
        if isinstance(event, DocumentKept)
    }
    purged = [event.originator_id for _, event in page if isinstance(event, DocumentPurged)]
    insert_rows(connection, KEPT, list(kept.values()))
    if purged:
        connection.execute(_REMOVE, {"documents": purged})


MODEL: Final = ReadModel(
    name="kept_documents",
    tables=(KEPT,),
    handles=frozenset({DocumentKept, DocumentPurged}),
    fold=_fold,
)
