"""A process that appends until it is killed, and prints the stream of each command once that is
acknowledged.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from eventstore.backend import backend_for
from eventstore.store import EventStore
from tests.logbook import a_key_store, an_opening

EVENTS_EACH = 2
_WRITERS = 32


async def _append_for_ever(store: EventStore) -> None:
    while True:
        stream = uuid4()
        await store.append(*(an_opening(stream, version) for version in range(1, EVENTS_EACH + 1)))
        sys.stdout.write(f"{stream}\n")
        sys.stdout.flush()


async def _run(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder, a_key_store(Path(folder)) as key_store:
        store = EventStore(backend_for(url), key_store.keys)
        await asyncio.gather(*(_append_for_ever(store) for _ in range(_WRITERS)))


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1]))
