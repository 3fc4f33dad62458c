"""A sequencer in a process of its own, to be killed: `python -m … EVENTS ROWS FOLDER KEY`."""

from __future__ import annotations

import sys
from pathlib import Path

from audit.tlog.notes import SignerKey
from tests.auditlog import AuditLog
from tests.logbook import a_key_store, an_event_store


def main(events_url: str, rows_url: str, folder: str, key: str) -> None:
    """Work until killed."""
    own = Path(folder) / "victim"
    own.mkdir(exist_ok=True)
    with a_key_store(own) as keys, an_event_store(events_url, keys.keys) as events:
        log = AuditLog(events, events_url, rows_url, Path(folder))
        log.keys = [SignerKey.parse(key)]
        log.sequencer().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
