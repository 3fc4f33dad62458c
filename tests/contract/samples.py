"""Stored samples of events: how they lie in their files, and the program that stores one once.

For a new event, or a new version of one: add it to `EXPECTED` of its file in `stored/` and run
`python -m tests.contract.samples`. That writes the samples that are missing, and their digests. It never
writes over one: what a log holds cannot change either.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent

from eventstore.keys import KeyEncryption, KeyRing
from eventstore.keystore import KeyStoreDatabase
from eventstore.mapper import EventMapper
from tests.contract.stored.common import PARTY_KEYS
from tests.contract.stored_events import EXPECTED

FOLDER = Path(__file__).parent / "events"
DIGESTS = FOLDER / "SHA256SUMS"


class Sample(msgspec.Struct):
    """A stored event in a file; `state` is kept as the very bytes of the log."""

    stream: UUID
    version: int
    topic: str
    state: msgspec.Raw

    def stored(self) -> StoredEvent:
        """As a recorder would hand it out."""
        return StoredEvent(self.stream, self.version, self.topic, bytes(self.state))


def sample_mapper(folder: Path) -> EventMapper:
    """The mapper with the samples' fixed keys; `folder` is where an empty key store may lie."""
    ring = KeyRing(KeyStoreDatabase(f"sqlite:///{folder}/keys.sqlite"), KeyEncryption(bytes(32)))
    for party, key in PARTY_KEYS.items():
        ring.learn(party, ring.key_encryption.wrap(party, key))
    return EventMapper(ring)


def digests() -> dict[str, str]:
    """SHA-256 by file name, as `sha256sum` writes it."""
    lines = DIGESTS.read_text().splitlines() if DIGESTS.exists() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def write_missing() -> None:
    """Store each sample that is not there yet."""
    known = digests()
    with tempfile.TemporaryDirectory() as folder:
        mapper = sample_mapper(Path(folder))
    for name, event in EXPECTED.items():
        path = FOLDER / f"{name}.json"
        if path.exists():
            continue
        stored = mapper.to_stored_event(event)
        head = {
            "stream": str(event.originator_id),
            "version": event.originator_version,
            "topic": stored.topic,
        }
        text = json.dumps(head, indent=1).removesuffix("\n}") + f',\n "state": {stored.state.decode()}\n}}\n'
        path.write_text(text)
        known[path.name] = hashlib.sha256(text.encode()).hexdigest()
    DIGESTS.write_text("".join(f"{known[name]}  {name}\n" for name in sorted(known)))


if __name__ == "__main__":
    write_missing()
