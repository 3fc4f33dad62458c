"""`python -m tests.unit.eventstore.first_meetings`: eight threads meet every event class at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from threading import Barrier, Thread
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent

from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper

SAMPLES = Path(__file__).parents[2] / "contract" / "events"
THREADS = 8


class NoKeys(KeyRing):
    """Everybody is erased: what matters here is how events are read, not what they say."""

    def __init__(self) -> None:
        pass

    def key_of(self, party_id: UUID) -> None:
        """There is none."""


def _stored(path: Path) -> StoredEvent:
    sample = json.loads(path.read_text())
    state = msgspec.json.encode(sample["state"])
    return StoredEvent(UUID(sample["stream"]), sample["version"], sample["topic"], state)


def main() -> None:
    """Read every sample in each thread, in an order of its own, changing threads often."""
    sys.setswitchinterval(1e-6)
    events = [_stored(path) for path in sorted(SAMPLES.glob("*.json"))]
    mapper, at_once = EventMapper(NoKeys()), Barrier(THREADS)

    def read(number: int) -> None:
        mine = Random(number).sample(events, len(events))  # noqa: S311 - an order
        at_once.wait(10)
        for event in mine:
            mapper.to_domain_event(event)

    threads = [Thread(target=read, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
