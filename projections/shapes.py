"""Which shape each read model's tables have, so that a release which changed one knows to build it anew.

And so that no release folds into a model that another one built: its rows would be wrong from there on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import lru_cache
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


class OtherRelease(Exception):
    """A read model is another release's."""

    def __init__(self, models: Collection[str]) -> None:
        super().__init__(
            f"{', '.join(sorted(models))}: built by another release; run `ebox migrate` of the release that "
            "is to be used, and start that release's projector"
        )


@lru_cache(maxsize=256)
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
    rows = [{"model": one.name, "shape": _shape(connection, one)} for one in models]
    upsert_rows(connection, SHAPES, rows, replace_all)


def enter(connection: Connection, models: Collection[ReadModel]) -> None:
    """Give this release's shape to those models in which nothing has happened yet and that have none.

    Raises:
        OtherRelease: a model has another shape, or holds something and has none.
    """
    known, begun = _known(connection), _begun(connection)
    record(connection, [one for one in models if one.name not in known and one.name not in begun])
    others = [one.name for one in outdated(connection, models)]
    if others:
        raise OtherRelease(others)


def require(connection: Connection, models: Collection[ReadModel]) -> None:
    """To be asked with the models' progress held: who builds a model anew holds it to put it in its place.

    Raises:
        OtherRelease: a model has another shape than this release's.
    """
    known = _known(connection)
    others = [one.name for one in models if known.get(one.name) not in {None, _shape(connection, one)}]
    if others:
        raise OtherRelease(others)


def outdated(connection: Connection, models: Collection[ReadModel]) -> list[ReadModel]:
    """Those models that have another shape than this release's, or hold something and have none."""
    known, begun = _known(connection), _begun(connection)
    ours = {one.name: _shape(connection, one) for one in models}
    return [
        one
        for one in models
        if known.get(one.name, None if one.name in begun else ours[one.name]) != ours[one.name]
    ]


def _known(connection: Connection) -> dict[str, str]:
    return {row.model: row.shape for row in connection.execute(_ALL)}


def _begun(connection: Connection) -> set[str]:
    return {name for name, one in progress.load(connection).items() if one.position}


def _shape(connection: Connection, model: ReadModel) -> str:
    return shape_of(model, connection.dialect)


_ALL: Final = select(SHAPES.c.model, SHAPES.c.shape)
