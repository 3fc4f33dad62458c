"""Many rows with few round trips. A page has up to 500 events: a statement each is most of the work.

PostgreSQL takes new rows by COPY: measured, it is the fastest from three rows on, and for 500 takes 10 µs a
row of 16 columns with two indexes, against 30 µs through arrays and `unnest`. Everything else is one
pipelined `executemany`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, cast

from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import JSON, Connection, String, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from projections.columns import to_json
from projections.model import Row

Upsert = postgresql.Insert | sqlite.Insert
Overwrite = Callable[[Upsert], dict[str, Any]]
"""What an upsert sets where the row is there already, given the statement (for its `excluded` columns)."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows that are not there yet; each must have every column of the table."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        connection.execute(_insert(table), _storable_rows(rows))


def upsert_rows(connection: Connection, table: Table, rows: Sequence[Row], overwrite: Overwrite) -> None:
    """Add rows, or where the primary key is there already set what `overwrite` says."""
    if rows:
        connection.execute(_upsert(table, overwrite, connection.dialect.name), _storable_rows(rows))


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    plan = _copy_plan(table)
    driver = cast("PsycopgConnection[Any]", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(plan.command) as copy:
        for row in rows:
            values = list(plan.values_of(row))
            for index in plan.documents:
                if values[index] is not None:
                    values[index] = to_json(values[index])
            for index in plan.texts:
                if values[index] is not None:
                    values[index] = _storable(values[index])
            copy.write_row(values)


@dataclass(frozen=True, slots=True)
class _CopyPlan:
    """How a table's rows are copied; `documents` and `texts` are the places of such columns."""

    command: sql.Composed
    values_of: Callable[[Row], tuple[Any, ...]]
    documents: list[int]
    texts: list[int]


@cache
def _copy_plan(table: Table) -> _CopyPlan:
    names = [column.name for column in table.columns]
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    places = list(enumerate(column.type for column in table.columns))
    return _CopyPlan(
        command,
        itemgetter(*names),
        documents=[place for place, kind in places if isinstance(kind, JSON)],
        texts=[place for place, kind in places if isinstance(kind, String)],
    )


def _storable(text: str) -> str:
    """PostgreSQL's texts have no U+0000; one in an event must not stop the runner for ever."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text


def _storable_rows(rows: Sequence[Row]) -> list[Row]:
    return [
        {name: _storable(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    ]


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _upsert(table: Table, overwrite: Overwrite, dialect: str) -> Insert:
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = build(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_=overwrite(statement)
    )


def replace_all(statement: Upsert) -> dict[str, Any]:
    """An `Overwrite` that sets every column to the new row's."""
    return {column.name: column for column in statement.excluded}
