"""How a database answers a query: what it read to do so, as it says itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, event

from projections.database import ReadDatabase


def statements_of(database: ReadDatabase, query: Callable[[Connection], object]) -> list[tuple[str, Any]]:
    """The SQL that a query runs, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def look(
        _connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> None:
        seen.append((statement, parameters))

    def watched(connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", look)
        query(connection)

    database.read(watched)
    return seen


def nodes(database: ReadDatabase, statement: str, parameters: Any) -> list[dict[str, Any]]:
    """PostgreSQL's plan, executed: its nodes from the outermost in."""

    def explain(connection: Connection) -> Any:
        command = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        return connection.exec_driver_sql(command, parameters).scalar_one()

    return list(flat(database.read(explain)[0]["Plan"]))


def steps(database: ReadDatabase, statement: str, parameters: Any) -> list[str]:
    """SQLite's plan: a line for each step."""

    def explain(connection: Connection) -> list[str]:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row.detail) for row in rows]

    return database.read(explain)


def flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The node and all that are within it."""
    yield node
    for inner in node.get("Plans", []):
        yield from flat(inner)
