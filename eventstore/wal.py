"""Write-ahead logging for a SQLite file: readers do not wait for the writer, nor it for them."""

from __future__ import annotations

import sqlite3
from time import sleep

PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the file over, once for ever; afterwards this is only a look.

    Two that open a new file at the same moment may meet here, and SQLite then says `database is locked` at
    once, whatever the connection's timeout: the switch needs the file for itself. Tried for two seconds.
    """
    for pause in PAUSES:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            sleep(pause)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")
