"""Tables as a backup keeps them: every row of some tables of one database, at one moment.

The same file for PostgreSQL and SQLite: rows go through the tables' own column types. A backup is restored
into tables of the very version it was taken of; upgrades come afterwards, by their scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from application.backup.errors import OtherRelease
from application.backup.frames import FileEntry, FrameWriter, frames_in
from eventstore.longwork import allow_long_statements

ROWS = 1_000
_KEPT = (sa.Uuid, sa.LargeBinary, sa.DateTime, sa.Boolean, sa.Integer, sa.Text, sa.JSON)
"""What a column may hold: the types that come back from a file as they went in."""


class Head(msgspec.Struct, tag="head"):
    """The first frame: which version the tables are of, by version table."""

    versions: dict[str, str]


class Rows(msgspec.Struct, tag="rows"):
    """Some rows of a table."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class TableSet:
    """Tables that are kept together. `seeded` have rows from the moment they are made; `transaction` opens
    one of the database, `reading` one that keeps nobody from writing.
    """

    part: str
    tables: Sequence[sa.Table]
    version_tables: Sequence[str]
    reading: Callable[[], AbstractContextManager[Connection]]
    transaction: Callable[[], AbstractContextManager[Connection]]
    seeded: frozenset[str] = frozenset()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that sees the tables as they are now, whatever is written meanwhile."""
        with self.reading() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            allow_long_statements(connection)
            connection.execute(sa.select(self.tables[0]).limit(1)).all()  # from now on it is that moment
            yield connection

    def is_empty(self) -> bool:
        """Whether nothing was entered since the tables were made."""
        with self.reading() as connection:
            return all(
                connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None
                for table in self.tables
                if table.name not in self.seeded
            )


def write_tables(connection: Connection, tables: TableSet, path: Path) -> FileEntry:
    """Every row, in the connection's snapshot."""
    with FrameWriter(path) as file:
        file.write(Head(_versions(connection, tables)))
        for table in tables.tables:
            columns = [str(column.name) for column in table.columns]
            streamed = connection.execution_options(yield_per=ROWS).execute(sa.select(table))
            for rows in streamed.partitions():
                file.write(Rows(str(table.name), columns, [[_kept(value) for value in row] for row in rows]))
        return file.finish()


def rows_in(path: Path) -> Iterator[Rows]:
    """The rows as they were written, in pieces."""
    return (frame for frame in frames_in(path, Head | Rows) if isinstance(frame, Rows))


def fill_tables(connection: Connection, tables: TableSet, path: Path) -> None:
    """Replace every row by those of the file. Raises `OtherRelease`; roll back then."""
    allow_long_statements(connection)
    by_name = {table.name: table for table in tables.tables}
    head = next(frames_in(path, Head | Rows))
    here = _versions(connection, tables)
    if head.versions != here:
        raise OtherRelease(
            f"{tables.part}: the backup's tables are {_told(head.versions)}, this release's {_told(here)};"
            " restore with the release that made it, then upgrade"
        )
    for table in reversed(tables.tables):
        connection.execute(sa.delete(table))
    for piece in rows_in(path):
        table = by_name[piece.table]
        convert = [_converter(table.columns[name].type) for name in piece.columns]
        rows = [
            dict(
                zip(piece.columns, (one(value) for one, value in zip(convert, row, strict=True)), strict=True)
            )
            for row in piece.rows
        ]
        connection.execute(sa.insert(table), rows)


def require_kept_types(tables: Sequence[sa.Table]) -> None:
    """Raise TypeError for a column whose values would not come back as they were."""
    for table in tables:
        for column in table.columns:
            if not isinstance(column.type, _KEPT):
                raise TypeError(f"{table.name}.{column.name}: backups know no columns of this type")


def _versions(connection: Connection, tables: TableSet) -> dict[str, str]:
    number = sa.column("version_num", sa.Text)
    return {
        name: connection.execute(sa.select(number).select_from(sa.table(name))).scalar_one()
        for name in tables.version_tables
    }


def _told(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))


def _kept(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)  # SQLite does not keep the zone; all our moments are in UTC
    return value


def _converter(type_: Any) -> Callable[[Any], Any]:
    if isinstance(type_, sa.Uuid):
        return lambda value: None if value is None else UUID(value)
    return lambda value: value
