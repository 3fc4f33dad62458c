"""What a database says of itself."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa


def version(connection: sa.Connection, version_table: str) -> str:
    """The version that this table keeps."""
    found = connection.execute(sa.text(f"SELECT version_num FROM {version_table}")).scalar_one()
    connection.rollback()
    return str(found)


def shape(connection: sa.Connection) -> dict[str, Any]:
    """Whatever the database knows of its tables, but for those that hold versions."""
    seen = sa.inspect(connection)
    found: dict[str, Any] = {}
    for name in seen.get_table_names():
        if name.endswith("_version"):
            continue
        described: dict[str, list[Any]] = {
            "columns": seen.get_columns(name),
            "indexes": seen.get_indexes(name),
            "unique": seen.get_unique_constraints(name),
            "checks": seen.get_check_constraints(name),
            "references": seen.get_foreign_keys(name),
        }
        found[name] = {
            what: sorted(json.dumps(one, default=str, sort_keys=True) for one in ones)
            for what, ones in described.items()
        }
        found[name]["key"] = seen.get_pk_constraint(name)
    connection.rollback()
    return found
