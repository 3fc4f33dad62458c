"""What a witness remembers: of each log the largest checkpoint that it cosigned. On disk before it answers.

One SQLite file, synced at each commit, with one writer at a time, whatever number of threads or processes
have it open: what is compared and what is stored are of one transaction. The file belongs to one key. A
witness whose file is lost has forgotten what it vouched for, so it must not go on with that key; therefore a
file is made once, together with the key, and never by the server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from audit.tlog.merkle import EMPTY_ROOT
from audit.witness.errors import StateUnusable

LOCK_SECONDS: Final = 5.0
"""How long a transaction waits for another process's."""

KEPT: Final = 64
"""Refused checkpoints of one log that are kept: the first ones, which a flood of others does not push out."""

_TABLES: Final = """
CREATE TABLE witness (vkey TEXT NOT NULL, cosigned_at INTEGER NOT NULL);
CREATE TABLE latest (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, checkpoint BLOB NOT NULL,
    cosigned_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE refused (
    origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, is_fork INTEGER NOT NULL,
    checkpoint BLOB NOT NULL, cosigned BLOB NOT NULL, refused_at INTEGER NOT NULL,
    PRIMARY KEY (origin, is_fork, size, root)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Latest:
    """The largest checkpoint of a log that was cosigned; of one that never was, the empty tree."""

    origin: str
    size: int = 0
    root: bytes = EMPTY_ROOT
    checkpoint: bytes = b""
    cosigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A checkpoint that a log signed, and that was not shown to continue the one that was `cosigned`.

    `is_fork`: the two have one size and different roots, which proves that the log signed two histories.
    Otherwise the proof that came with it may have been somebody's bad one.
    """

    origin: str
    size: int
    root: bytes
    is_fork: bool
    checkpoint: bytes
    cosigned: bytes
    refused_at: datetime


class State:
    """The file of one witness. Usable by one thread at a time."""

    def __init__(self, path: Path, vkey: str | None = None) -> None:
        """Raises `StateUnusable` where there is no such file, or it is of another witness than `vkey`."""
        if not path.is_file():
            raise StateUnusable(
                f"{path} is not there. It is made together with the key; a witness whose state is lost needs "
                "a new key, because it could cosign a second history with the old one"
            )
        self._connection = _connect(path)
        try:
            _sync_commits(self._connection)
            self.vkey = str(self._connection.execute("SELECT vkey FROM witness").fetchone()[0])
        except (sqlite3.DatabaseError, TypeError):
            self._connection.close()
            raise StateUnusable(f"{path} is not the state of a witness") from None
        if vkey is not None and self.vkey != vkey:
            self._connection.close()
            raise StateUnusable(f"{path} is the state of another witness: {self.vkey}")

    @classmethod
    def make(cls, path: Path, vkey: str) -> None:
        """Make the file of a new witness, which has cosigned nothing. Raises `FileExistsError`."""
        path.touch(mode=0o600, exist_ok=False)
        with closing(_connect(path)) as connection:
            _sync_commits(connection)
            connection.executescript(_TABLES)
            connection.execute("INSERT INTO witness VALUES (?, 0)", [vkey])

    @contextmanager
    def exclusive(self) -> Iterator[Records]:
        """Nobody else reads or writes meanwhile; at the end it is on disk, or nothing of it after an error.

        Raises `sqlite3.OperationalError` where the file is locked too long, or the disk does not take it.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield Records(self._connection)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def all_latest(self) -> list[Latest]:
        """One for each log that was ever cosigned, by origin."""
        rows = self._connection.execute(f"SELECT {_LATEST} FROM latest ORDER BY origin")  # noqa: S608 - ours
        return [_latest(row) for row in rows]

    def all_refused(self) -> list[Refused]:
        """Those that were kept, forks first."""
        rows = self._connection.execute(
            "SELECT origin, size, root, is_fork, checkpoint, cosigned, refused_at FROM refused "
            "ORDER BY origin, is_fork DESC, size, root"
        )
        return [
            Refused(origin, size, root, bool(is_fork), checkpoint, cosigned, _time(at))
            for origin, size, root, is_fork, checkpoint, cosigned, at in rows
        ]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Records:
    """What one transaction reads and writes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def latest(self, origin: str) -> Latest:
        """The largest one cosigned."""
        row = self._connection.execute(f"SELECT {_LATEST} FROM latest WHERE origin = ?", [origin]).fetchone()  # noqa: S608 - ours
        return Latest(origin) if row is None else _latest(row)

    def cosigned_at(self) -> datetime:
        """The time of the last cosignature of any log; 1970 where there is none."""
        return _time(self._connection.execute("SELECT cosigned_at FROM witness").fetchone()[0])

    def remember(self, origin: str, size: int, root: bytes, checkpoint: bytes, at: datetime) -> None:
        """This one is cosigned at that time, in whole seconds."""
        seconds = int(at.timestamp())
        self._connection.execute(
            "INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)", [origin, size, root, checkpoint, seconds]
        )
        self._connection.execute("UPDATE witness SET cosigned_at = ?", [seconds])

    def keep(self, refused: Refused) -> None:
        """Keep one that was refused, once, as long as there is room for its kind."""
        of_kind = [refused.origin, refused.is_fork]
        held = self._connection.execute(
            "SELECT count(*) FROM refused WHERE origin = ? AND is_fork = ?", of_kind
        ).fetchone()[0]
        if held < KEPT:
            self._connection.execute(
                "INSERT OR IGNORE INTO refused VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    refused.origin,
                    refused.size,
                    refused.root,
                    refused.is_fork,
                    refused.checkpoint,
                    refused.cosigned,
                    int(refused.refused_at.timestamp()),
                ],
            )


_LATEST: Final = "origin, size, root, checkpoint, cosigned_at"


def _latest(row: tuple[str, int, bytes, bytes, int]) -> Latest:
    return Latest(*row[:4], _time(row[4]))


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _connect(path: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri() + "?mode=rw"  # a file that is not there is not made
    return sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)


def _sync_commits(connection: sqlite3.Connection) -> None:
    # EXTRA also syncs the folder after the journal is gone: a commit is one, whatever becomes of the power.
    connection.execute("PRAGMA synchronous = EXTRA")
