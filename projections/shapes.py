"""Which shape each read model's tables have, so that a release which changed one knows to build it anew."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from sqlalchemy import Column, Connection, Dialect, Named, Table, TypedColumns, select
from sqlalchemy.schema import CreateIndex, CreateTable

from projections import progress
from projections.bulk import replace_all, upsert_rows
from projections.columns import METADATA
from projections.model import ReadModel


class ShapeColumns(TypedColumns):
    """`shape` is a digest of the model's tables, indexes and events as the release that built it had them."""

    model: Named[str] = Column(primary_key=True)
    shape: Named[str]


SHAPES: Final = Table("shapes", METADATA, ShapeColumns)


def shape_of(model: ReadModel, dialect: Dialect) -> str:
    """The shape that this release gives the model in that kind of database."""
    parts = [str(model.version), *sorted(event.TOPIC for event in model.handles)]
    for table in model.tables:
        parts.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = (str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
        parts += sorted(indexes)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def record(connection: Connection, models: Collection[ReadModel]) -> None:
    """These models have this release's shape."""
    rows = [{"model": one.name, "shape": shape_of(one, connection.dialect)} for one in models]
    upsert_rows(connection, SHAPES, rows, replace_all)


def outdated(connection: Connection, models: Collection[ReadModel]) -> list[ReadModel]:
    """Those models that hold something, in another shape than this release's."""
    known = {row.model: row.shape for row in connection.execute(select(SHAPES))}
    begun = {name for name, one in progress.load(connection).items() if one.position}
    return [
        one
        for one in models
        if one.name in begun and known.get(one.name) != shape_of(one, connection.dialect)
    ]
