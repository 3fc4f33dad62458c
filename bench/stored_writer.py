"""Writes events that were made before, as fast as the event store takes them: `python -m
bench.stored_writer`.

Reads a number on a line of standard input, makes so many events as they are stored, and prints `ready`. Then,
for each further line, `{"events", "rate"}` as JSON, it commits so many of them in batches, evenly at `rate` a
second or without one as fast as it can, and prints `[[seconds, position], …]`: when each batch was committed,
by the monotonic clock that all processes share, and the position of its last event.

To make and encrypt events is work of API processes: 10,000 a second would leave a small machine no processor
for the rest.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from bench.failure import BenchmarkFailed
from bench.lives import decisions
from bench.publications import national_numbers
from bootstrap.system import System
from domain.identifiers import Ssin
from eventstore.recorder import BatchRecorder
from settings import Settings

_MAILBOXES = 500
_MOST_AT_ONCE = 500
_TICK_SECONDS = 0.002


def _stored(system: System) -> Iterator[StoredEvent]:
    parties = system.key_store.parties
    found = [parties.find_or_create(Ssin(number)) for number in national_numbers(_MAILBOXES)]
    owners = [(party.party_id, party.mailbox_id or uuid4()) for party in found]
    for decision in decisions(owners, datetime.now(UTC)):
        yield from map(system.events.mapper.to_stored_event, decision)


def _commit(
    recorder: BatchRecorder, events: list[StoredEvent], rate: float | None
) -> list[tuple[float, int]]:
    batches: list[tuple[float, int]] = []
    began = time.monotonic()
    done = 0
    while done < len(events):
        due = len(events) if rate is None else min(len(events), int((time.monotonic() - began) * rate))
        if due == done:
            time.sleep(_TICK_SECONDS)
            continue
        some = events[done : min(due, done + _MOST_AT_ONCE)]
        [positions] = recorder.insert_batch([some])
        if not isinstance(positions, list):
            raise BenchmarkFailed("events that were made before had been recorded")
        batches.append((time.monotonic(), positions[-1]))
        done += len(some)
    return batches


def main() -> None:
    """Make, and commit when told."""
    system = System(Settings())
    try:
        events = list(islice(_stored(system), int(sys.stdin.readline())))
        print("ready", flush=True)
        for line in sys.stdin:
            wanted = json.loads(line)
            some, events = events[: wanted["events"]], events[wanted["events"] :]
            print(json.dumps(_commit(system.events.recorder, some, wanted["rate"])), flush=True)
    finally:
        asyncio.run(system.aclose())


if __name__ == "__main__":
    main()
