"""Whether the audit log caught up, contradicts nothing that it signed before, and agrees with the events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg

from audit.logfiles.directory import DirectoryLogFiles
from audit.logfiles.port import CHECKPOINT, VKEYS
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note
from audit.verifier.checkpoints import Trusted, keys_in
from audit.verifier.verifying import verify_log
from tests.faults.findings import Finding
from tests.servers.process import ServerError, wait_until

CATCH_UP_SECONDS = 30.0
_PINNED = 20


class AuditLogCheck:
    """Remembers the checkpoints that it saw: each must be a beginning of those that come later."""

    def __init__(self, folder: Path, event_store: str) -> None:
        self._folder = folder
        self._files = DirectoryLogFiles(folder)
        self._event_store = event_store
        self._seen: list[bytes] = []

    def check(self, *, everything: bool) -> Iterator[Finding]:
        """What is wrong. `everything`: verifies each leaf too, against its event."""
        try:
            wait_until(self._has_caught_up, CATCH_UP_SECONDS, lambda: "the audit log stands still")
        except ServerError as error:
            yield Finding("not recovered", str(error))
            return
        note, keys = self._files.read(CHECKPOINT), self._files.read(VKEYS)
        if note is None or keys is None:
            yield Finding("lost", "the published checkpoint, or the keys, of the audit log")
            return
        if everything:
            trusted = Trusted(keys_in(keys.decode()), pinned=self._seen)
            report = verify_log(str(self._folder), trusted, event_store=self._event_store)
            yield from (Finding("altered", f"audit log, {one.where}: {one.what}") for one in report.findings)
        self._seen = [*self._seen, note][-_PINNED:]

    def _has_caught_up(self) -> bool:
        note = self._files.read(CHECKPOINT)
        size = Checkpoint.parse(Note.parse(note).text).size if note else 0
        with psycopg.connect(self._event_store) as connection:
            row = connection.execute("SELECT count(*) FROM stored_events").fetchone()
        return row is not None and size >= row[0]
