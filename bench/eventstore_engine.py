"""`python -m bench.eventstore_engine`: what the event store alone does on a durable PostgreSQL, without HTTP.

Appends by concurrent coroutines in one process, the mapper on the largest event and on a small one, and a
follower's pages from the beginning. The best and the median of the rounds: what else the machine does only
takes away.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

from domain.events import Event
from eventstore.mapper import EventMapper
from eventstore.store import EventStore
from tests.logbook import a_key_store, a_publication, an_attachment, an_event_store, an_opening, know
from tests.servers.postgres import Postgres

ROUNDS = 5
APPENDS = 10_000
CALLS = 2_000


async def appends_per_second(store: EventStore, concurrency: int) -> float:
    """One event each, acknowledged one by one to each coroutine."""
    each = max(1, min(APPENDS, concurrency * 400) // concurrency)

    async def append() -> None:
        for _ in range(each):
            await store.append(an_opening())

    began = time.perf_counter()
    await asyncio.gather(*(append() for _ in range(concurrency)))
    return each * concurrency / (time.perf_counter() - began)


def microseconds(call: Callable[[], object]) -> float:
    """The best mean time of one call."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(CALLS):
            call()
        best = min(best, (time.perf_counter() - began) / CALLS)
    return best * 1e6


def measure_mapper(mapper: EventMapper, name: str, event: Event) -> None:
    """Encoding and decoding one event."""
    stored = mapper.to_stored_event(event)
    encode = microseconds(lambda: mapper.to_stored_event(event))
    decode = microseconds(lambda: mapper.to_domain_event(stored))
    print(f"{name:32} encode {encode:6.1f} µs   decode {decode:6.1f} µs   {len(stored.state)} bytes")


def events_followed_per_second(store: EventStore) -> float:
    """Reading and decoding the whole log, page by page."""
    follower = store.follow(0)
    began, count = time.perf_counter(), 0
    last = store.max_position()
    while follower.position < last:
        count += len(follower.decode(follower.next_page()))
    follower.close()
    return count / (time.perf_counter() - began)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        a_key_store(Path(folder)) as key_store,
        Postgres(durable=True) as postgres,
        an_event_store(postgres.create_database(), key_store.keys) as store,
    ):
        party, actor = know(key_store.keys, uuid4()), know(key_store.keys, uuid4())
        published = a_publication(
            party, actor, {"nl": "Aanslagbiljet"}, None, [an_attachment("a.pdf", {"nl": "A"})]
        )
        measure_mapper(store.mapper, "published, six personal fields", published)
        measure_mapper(store.mapper, "opened, none", an_opening())
        for concurrency in (1, 16, 64, 256):
            rates = [asyncio.run(appends_per_second(store, concurrency)) for _ in range(ROUNDS)]
            print(f"{concurrency:4} writers {max(rates):10,.0f} appends/s   (median {median(rates):,.0f})")
        rates = [events_followed_per_second(store) for _ in range(ROUNDS)]
        print(f"followed and decoded {max(rates):10,.0f} events/s   (median {median(rates):,.0f})")


if __name__ == "__main__":
    main()
