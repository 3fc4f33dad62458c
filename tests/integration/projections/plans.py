"""How a database answers a query: what it read to do so, as it says itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from psycopg import sql
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
    """PostgreSQL's plan, executed: its nodes from the outermost in.

    The statement is prepared, as the driver does: explained with its values, it would be planned for them.
    """
    names: list[str] = []

    def placeholder(found: re.Match[str]) -> str:
        names.append(found[1])
        return f"${len(names)}"

    prepared = _PARAMETER.sub(placeholder, statement).replace("%%", "%")

    def explain(connection: Connection) -> Any:
        driver: Any = connection.connection.driver_connection
        values = sql.SQL(", ").join(sql.Literal(parameters[name]) for name in names)
        called = sql.SQL("explained({})").format(values) if names else sql.SQL("explained")
        driver.execute(f"PREPARE explained AS {prepared}".encode())
        try:
            plan = driver.execute(sql.SQL("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ") + called)
            return plan.fetchone()[0]
        finally:
            driver.execute("DEALLOCATE explained")

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


_PARAMETER = re.compile(r"%\((\w+)\)s")
