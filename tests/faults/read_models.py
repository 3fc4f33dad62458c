"""Are the read models what follows from the log, and nothing else?

A second database is folded from the same log by a process that met no fault. Each time the checker looks, it
is brought to the very position that the served read models have reached; then every row must be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from eventstore.store import EventStore
from projections import progress
from projections.database import ReadDatabase
from projections.models import READ_MODELS
from projections.runner import apply_page
from tests.faults.findings import Finding

Rows = dict[tuple[Any, ...], dict[str, Any]]
NAMED_ROWS = 5
"""Of each table at most; the count tells the rest."""


def tables() -> list[Table]:
    """Every table of every read model."""
    return [table for model in READ_MODELS for table in model.tables]


def fold(events: EventStore, database: ReadDatabase, to: int) -> None:
    """Bring the read models in this database to the position, from wherever they are."""
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
        done = progress.load(connection)
    feed = events.follow(min(one.position for one in done.values()))
    try:
        while min(one.position for one in done.values()) < to:
            page = [one for one in feed.next_page() if one.position <= to]
            if not page:
                return
            done |= apply_page(database, READ_MODELS, done, feed.decode(page))
    finally:
        feed.close()


def position_of(connection: Connection) -> int | None:
    """Where all read models are; None while they are not all at the same place."""
    positions = {one.position for one in progress.load(connection).values()}
    return positions.pop() if len(positions) == 1 else None


def contents(connection: Connection) -> dict[str, Rows]:
    """Every row of every table, by its primary key."""
    return {table.name: _rows(connection, table) for table in tables()}


def _rows(connection: Connection, table: Table) -> Rows:
    keys = [column.name for column in table.primary_key.columns]
    rows = (row._asdict() for row in connection.execute(sa.select(table)))
    return {tuple(row[key] for key in keys): row for row in rows}


def differences(served: dict[str, Rows], rebuilt: dict[str, Rows]) -> Iterator[Finding]:
    """Each row that is not the same, by table and key."""
    for table, rows in rebuilt.items():
        others = served.get(table, {})
        keys = [key for key in rows.keys() | others.keys() if rows.get(key) != others.get(key)]
        for key in sorted(keys, key=str)[:NAMED_ROWS]:
            yield Finding("unequal", f"{table} {_name(key)}: {_difference(others.get(key), rows.get(key))}")
        if len(keys) > NAMED_ROWS:
            yield Finding("unequal", f"{table}: {len(keys) - NAMED_ROWS} further rows")


def _difference(served: dict[str, Any] | None, rebuilt: dict[str, Any] | None) -> str:
    if rebuilt is None:
        return "a row that a rebuild does not have"
    if served is None:
        return "a rebuild has this row"
    return "not as in a rebuild: " + ", ".join(name for name in rebuilt if rebuilt[name] != served[name])


def _name(key: tuple[Any, ...]) -> str:
    return "/".join(map(str, key))
