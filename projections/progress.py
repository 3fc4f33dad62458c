"""How far each read model is: one row for each, written in the same transaction as the model's own rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Connection,
    Named,
    Table,
    TypedColumns,
    bindparam,
    case,
    select,
    update,
)

from projections.bulk import insert_rows
from projections.columns import METADATA


class ProgressColumns(TypedColumns):
    """`position` is that of the last event seen, `last_change` that of the last page that changed a row."""

    model: Named[str] = Column(primary_key=True)
    position: Named[int] = Column(BigInteger)
    last_change: Named[int] = Column(BigInteger)


PROGRESS: Final = Table("progress", METADATA, ProgressColumns)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a read model is. Whoever keeps a copy of it reads again when `last_change` moved."""

    position: int
    last_change: int


NOT_BEGUN: Final = Progress(0, 0)


class Overtaken(Exception):
    """Another runner has moved a read model on since its position was read: nothing of this page counts."""


def load(connection: Connection) -> dict[str, Progress]:
    """How far every read model is that has begun."""
    return {row.model: Progress(row.position, row.last_change) for row in connection.execute(_ALL)}


def begin(connection: Connection, models: Collection[str]) -> None:
    """Enter those models that have not begun."""
    known = load(connection)
    rows = [{"model": model, "position": 0, "last_change": 0} for model in models if model not in known]
    insert_rows(connection, PROGRESS, rows)


def advance(
    connection: Connection, before: Mapping[str, Progress], to: int, changed: Collection[str]
) -> dict[str, Progress]:
    """Move models on from where they are believed to be; `changed` are those that take an event in.

    To be done before anything else in the transaction: a second runner then waits here for the first one's
    commit, and finds that it was overtaken before it wrote a row.

    Raises:
        Overtaken: a model is not where it was believed to be.
    """
    by_position = sorted(before, key=lambda model: before[model].position)
    for position, group in groupby(by_position, key=lambda model: before[model].position):
        models = list(group)
        parameters = {"models": models, "changed": list(changed), "at": position, "to": to}
        if connection.execute(_ADVANCE, parameters).rowcount != len(models):
            raise Overtaken
    return {model: Progress(to, to if model in changed else before[model].last_change) for model in before}


_p = PROGRESS.c
_TO: BindParameter[int] = bindparam("to", type_=BigInteger)
_CHANGED: BindParameter[Any] = bindparam("changed", expanding=True)
_MODELS: BindParameter[Any] = bindparam("models", expanding=True)
_ALL: Final = select(_p.model, _p.position, _p.last_change)
_ADVANCE: Final = (
    update(PROGRESS)
    .where(_p.model.in_(_MODELS), _p.position == bindparam("at"))
    .values(position=_TO, last_change=case((_p.model.in_(_CHANGED), _TO), else_=_p.last_change))
)
