"""Several processes open a new SQLite file at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from eventstore.wal import use_write_ahead_log

AT_ONCE = 4


def test_nobody_is_turned_away_where_several_open_a_new_file_at_once(tmp_path: Path) -> None:
    barrier = Barrier(AT_ONCE)

    def open_it(path: Path) -> str:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            barrier.wait(10)
            use_write_ahead_log(connection)
            return str(connection.execute("PRAGMA journal_mode").fetchone()[0])

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(50):
            path = tmp_path / f"{number}.db"
            assert list(threads.map(open_it, [path] * AT_ONCE)) == ["wal"] * AT_ONCE
