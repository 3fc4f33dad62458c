"""An SQLite file: whole, written ahead, and nobody else's to read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final

from bootstrap.doctor.databases import Database
from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.releases import compare

CHECK_SECONDS: Final = 5.0
"""How long the file is read through at most; a large one is not read to its end."""
_STEPS_BETWEEN_LOOKS: Final = 100_000
_OTHERS: Final = 0o077


def look_at(database: Database, file: Path) -> Iterator[Finding]:
    """What is wrong; where nothing is, a line that says what is there. Raises `sqlite3.Error`."""
    part = database.part
    troubles = [*_of_folder(part, file.parent)]
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=CHECK_SECONDS)) as connection:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            troubles.append(
                warning(
                    part,
                    "the file is not written ahead: readers and the writer wait for each other",
                    "run `ebox migrate`",
                )
            )
        is_whole = _is_whole(connection)
        if is_whole is not False:
            troubles += _of_versions(connection, database)
    if is_whole is False:
        troubles.append(wrong(part, "the file is damaged", "stop eBox and run `ebox restore` with a backup"))
    if troubles:
        yield from troubles
    else:
        read = "whole" if is_whole else "whole as far as it was read"
        yield fine(part, f"SQLite {sqlite3.sqlite_version}, the file is {read}")


def _of_folder(part: str, folder: Path) -> Iterator[Finding]:
    if folder.stat().st_mode & _OTHERS:
        yield warning(part, f"others may enter {folder}", f"run `chmod 700 {folder}`")


def _of_versions(connection: sqlite3.Connection, database: Database) -> Iterator[Finding]:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table, scripts in database.versions.items():
        query = f"SELECT version_num FROM {table}"  # noqa: S608 - our own table's name
        found = connection.execute(query).fetchone() if table in there else None
        yield from compare(database.part, found[0] if found else None, scripts)


def _is_whole(connection: sqlite3.Connection) -> bool | None:
    """None where it took too long."""
    deadline = monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
    try:
        told: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return told == "ok"
