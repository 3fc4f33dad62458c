"""The event store's rows as they lie there, read without eBox: read-only, in the order of positions.

Nothing of what a row holds is believed to be of its kind: whoever writes past eBox keeps to no type.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from audit.verifier.findings import Unreachable, WrongUse

PAGE: Final = 1_000
STATEMENT_SECONDS: Final = 60
CONNECT_SECONDS: Final = 5
_NO_STREAM: Final = UUID(int=0)
_TOPIC: Final = 1_000
"""Characters of a topic that are looked at: no event's is nearly as long."""

_COLUMNS: Final = "originator_id, originator_version, topic, state FROM stored_events"


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is stored. `state`: None where there is nothing."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes | None


class Rows(Protocol):
    """A table of events. Raises `Unreachable`."""

    def all(self) -> Generator[Row, None, None]:
        """Every row, by position."""
        ...

    def first_of(self, streams: Sequence[UUID]) -> Mapping[UUID, Row]:
        """The first event of each of these streams."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class SqliteRows:
    """A SQLite file, opened for reading alone. All is read as of one moment."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Unreachable(f"there is no event store in {path}")
        try:
            self.connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5.0)
            self.connection.text_factory = _text
            self.connection.execute("PRAGMA query_only = ON")
            self.connection.execute(f"SELECT {_COLUMNS} LIMIT 0")  # whether it is an event store at all
            self.connection.execute("BEGIN")  # the moment is that of the first row that is read
        except sqlite3.Error as error:
            raise _unreachable(error) from error

    def all(self) -> Generator[Row, None, None]:
        """Every row, by position."""
        try:
            with closing(self.connection.execute(f"SELECT rowid, {_COLUMNS} ORDER BY rowid")) as cursor:
                for row in cursor:
                    yield _row(*row)
        except sqlite3.Error as error:
            raise _unreachable(error) from error

    def first_of(self, streams: Sequence[UUID]) -> Mapping[UUID, Row]:
        """The first event of each of these streams."""
        query = (
            f"SELECT rowid, {_COLUMNS} WHERE originator_version = 1"  # noqa: S608 - constants
            " AND originator_id IN (SELECT value FROM json_each(?))"
        )
        try:
            rows = self.connection.execute(query, [json.dumps([one.hex for one in streams])]).fetchall()
        except sqlite3.Error as error:
            raise _unreachable(error) from error
        return {row.stream: row for row in (_row(*one) for one in rows)}

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


class PostgresRows:
    """A PostgreSQL table, in one read-only transaction, with a cursor on the server."""

    def __init__(self, url: str) -> None:
        try:
            given = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
            options = (
                f"{given.get('options', '')} -c statement_timeout={STATEMENT_SECONDS}s "
                "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
            )
            given |= {
                "options": options.strip(),
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "ebox-audit-verify",
                "tcp_user_timeout": STATEMENT_SECONDS * 1000,
            }
            self.connection = psycopg.connect(make_conninfo("", **given))
        except psycopg.Error as error:
            raise _unreachable(error) from error

    def all(self) -> Generator[Row, None, None]:
        """Every row, by position."""
        try:
            with self.connection.cursor("rows") as cursor:
                cursor.itersize = PAGE
                cursor.execute(f"SELECT notification_id, {_COLUMNS} ORDER BY notification_id")
                for row in cursor:
                    yield _row(*row)
        except psycopg.Error as error:
            raise _unreachable(error) from error

    def first_of(self, streams: Sequence[UUID]) -> Mapping[UUID, Row]:
        """The first event of each of these streams."""
        query = f"SELECT notification_id, {_COLUMNS} WHERE originator_version = 1 AND originator_id = ANY(%s)"
        try:
            rows = self.connection.execute(query, [list(streams)]).fetchall()
        except psycopg.Error as error:
            raise _unreachable(error) from error
        return {row.stream: row for row in (_row(*one) for one in rows)}

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


def rows_at(url: str) -> Rows:
    """The rows of the event store at this URL (`postgresql://…` or `sqlite:///path`).

    Raises `Unreachable`, `WrongUse`.
    """
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme in {"postgresql", "postgres"}:
        return PostgresRows(url)
    try:
        path = make_url(url).database if scheme == "sqlite" else None
    except ArgumentError:
        path = None
    if path is None:
        raise WrongUse("--event-store begins with postgresql:// or sqlite:///")
    return SqliteRows(Path(path))


def _row(position: Any, stream: Any, version: Any, topic: Any, state: Any) -> Row:
    try:
        named = stream if isinstance(stream, UUID) else UUID(stream)
    except (ValueError, TypeError, AttributeError):
        named = _NO_STREAM
    data = state.encode() if isinstance(state, str) else state if isinstance(state, bytes) else None
    number = version if isinstance(version, int) and 0 <= version < 2**63 else 0
    return Row(position, named, number, topic[:_TOPIC] if isinstance(topic, str) else "", data or None)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _unreachable(error: Exception) -> Unreachable:
    """What a database says may quote what it holds: only its kind is told."""
    return Unreachable(f"the event store cannot be read ({type(error).__name__}); is --event-store right?")
