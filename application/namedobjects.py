"""Which objects the log names: folded from its pages into an SQLite file, so that memory does not grow.

An object is needed while a message names it, or a sender's upload, that was not purged and whose party was
not erased.
Whatever looks like an object's key counts, in whichever field of whichever event: taking one too many for
needed costs some bytes, one too few a document.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self
from uuid import UUID

import msgspec

from domain.events.document import DocumentPurged
from domain.events.mailbox import OwnerErased
from domain.events.message import DocumentsPurged
from eventstore.recorder import RecordedEvent, key_of
from storage.keys import object_keys_in

_TABLES = """
    CREATE TABLE IF NOT EXISTS document (key TEXT PRIMARY KEY, size INTEGER, sha256 TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS named (
        key TEXT NOT NULL, stream BLOB NOT NULL, party BLOB, PRIMARY KEY (key, stream)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS named_stream ON named (stream);
    CREATE INDEX IF NOT EXISTS named_party ON named (party);
"""


_PURGED = frozenset({DocumentsPurged.TOPIC, DocumentPurged.TOPIC})


class _Owned(msgspec.Struct):
    party_id: UUID | None = None


_decode = msgspec.json.Decoder(_Owned).decode


class NamedObjects:
    """The objects that the events seen so far name. One thread uses it; `close` it.

    `connection` is for whoever asks more of it, about the table `document`: each object with its size and
    SHA-256 (hex), where those are known, and the table `named`: which message names it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    @classmethod
    def new(cls, path: Path, *, start_from: Path | None = None) -> Self:
        """In a new file, or in a copy of an earlier one to go on from."""
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        if start_from is not None:
            shutil.copyfile(start_from, path)
        connection = sqlite3.connect(path, isolation_level=None)
        # Broken off, the file is thrown away: it needs neither a journal nor a sync before its end.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_TABLES)
        return cls(connection)

    @classmethod
    def at(cls, path: Path) -> Self:
        """What was written there, only to be read."""
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True))

    def see(self, page: Sequence[RecordedEvent]) -> None:
        """Take a page of the log in; pages come in their order."""
        self.connection.execute("BEGIN")
        for recorded in page:
            stored = recorded.stored
            if stored.topic in _PURGED:
                self.connection.execute("DELETE FROM named WHERE stream = ?", (key_of(stored)[0].bytes,))
            elif stored.topic == OwnerErased.TOPIC:
                self.connection.execute("DELETE FROM named WHERE party = ?", (_party(stored.state),))
            else:
                self._name(key_of(stored)[0], stored.state)
        self.connection.execute("COMMIT")

    def keys(self, condition: str, at_most: int, after: str = "") -> list[str]:
        """Up to `at_most` keys of needed objects behind `after` of which an SQL condition is true."""
        rows = self.connection.execute(
            f"SELECT key FROM document d WHERE key > ? AND ({condition})"  # noqa: S608 - a constant of ours
            " AND EXISTS (SELECT 1 FROM named n WHERE n.key = d.key) ORDER BY key LIMIT ?",
            (after, at_most),
        )
        return [row[0] for row in rows]

    def batches(self, condition: str, size: int) -> Iterator[list[str]]:
        """All of these keys, in batches; the rows may be changed meanwhile."""
        after = ""
        while batch := self.keys(condition, size, after):
            yield batch
            after = batch[-1]

    def count(self, condition: str) -> tuple[int, int]:
        """How many needed objects that the condition is true of, and their bytes."""
        row = self.connection.execute(
            f"SELECT count(*), coalesce(sum(size), 0) FROM document d WHERE ({condition})"  # noqa: S608 - a constant of ours
            " AND EXISTS (SELECT 1 FROM named n WHERE n.key = d.key)"
        ).fetchone()
        return row[0], row[1]

    def excuse(self, page: Sequence[RecordedEvent]) -> None:
        """Drop those objects without a size whose documents were purged, or party erased, in this page."""
        for recorded in page:
            stored = recorded.stored
            if stored.topic in _PURGED:
                self._excuse("stream", key_of(stored)[0].bytes)
            elif stored.topic == OwnerErased.TOPIC:
                self._excuse("party", _party(stored.state))

    def forget_unneeded(self) -> None:
        """Drop the objects that no message needs any more."""
        self.connection.execute("DELETE FROM document WHERE key NOT IN (SELECT key FROM named)")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _excuse(self, column: str, value: bytes | None) -> None:
        self.connection.execute(
            f"DELETE FROM document WHERE size IS NULL AND key IN (SELECT key FROM named WHERE {column} = ?)",  # noqa: S608 - a constant of ours
            (value,),
        )

    def _name(self, stream: UUID, state: bytes) -> None:
        keys = object_keys_in(state)
        if not keys:
            return
        party = _party(state)
        self.connection.executemany(
            "INSERT OR IGNORE INTO document (key) VALUES (?)", [(key,) for key in keys]
        )
        self.connection.executemany(
            "INSERT OR IGNORE INTO named (key, stream, party) VALUES (?, ?, ?)",
            [(key, stream.bytes, party) for key in keys],
        )


def _party(state: bytes) -> bytes | None:
    party = _decode(state).party_id
    return None if party is None else party.bytes
