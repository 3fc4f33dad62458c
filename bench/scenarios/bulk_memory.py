"""How much memory the API's process takes over a bulk publication: 100,000 messages in batches of 1,000.

Its resident size after the first tenth, when every cache is full, against that after the last: a publication
may be as large as it likes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from bench.batches import MESSAGES, Batches
from bench.documents import MIB
from bench.figures import Figures
from bench.installation import Installation
from bench.measurement import Goal, Outcome
from bench.servers import servers

CONNECTIONS = 4
TURNS = 10
BATCHES = 10
"""In each turn: 100,000 messages altogether."""
SECONDS = 120.0

OURS = "API process growth"


def bulk_memory(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario; each round is a bulk publication on an installation that has had the ones before."""
    outcome = Outcome("bulk-memory", rounds, [Goal(OURS, at_most=32)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("bulk-memory"))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        bulk = _Bulk(Batches(on, ebox, api.pid, "bulk", CONNECTIONS), psutil.Process(api.pid))
        for _ in range(rounds):
            outcome.add(bulk.measure())
        return outcome, on.described()


@dataclass(slots=True)
class _Bulk:
    """A hundred batches."""

    batches: Batches
    process: psutil.Process

    def measure(self) -> Figures:
        """All of them, with a look at the process after each turn."""
        sizes: list[float] = []
        published = seconds = 0.0
        for _ in range(TURNS):
            tally = self.batches.send(SECONDS, BATCHES)
            published += tally.acknowledged
            seconds += tally.seconds
            sizes.append(self.process.memory_info().rss / MIB)
        return {
            OURS: (sizes[-1] - sizes[0], "MiB"),
            f"after {BATCHES * MESSAGES:,} messages": (sizes[0], "MiB"),
            f"after {TURNS * BATCHES * MESSAGES:,} messages": (sizes[-1], "MiB"),
            "published": (published / seconds, "messages/s"),
        }
