"""Batches of 1,000 messages whose body is their main content, to 1,000 citizens, four batches at a time.

One API process and two, committing durably in PostgreSQL. Beside them what that same PostgreSQL takes at
most: rows as large as ours, fifty in each statement and transaction, nothing checked, encrypted or ordered.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread

import psycopg

from bench.batches import Batches
from bench.contenders import checkpoint
from bench.figures import Figures
from bench.installation import Installation
from bench.measurement import Goal, Outcome
from bench.rounds import Contender, take_turns
from bench.servers import servers

CONNECTIONS = 4
SECONDS = 10.0
ROWS = 50
ROW_BYTES = 2_500
"""About the state of one of these messages."""

PROCESSES = 2
"""As many as the machine has processors; the database and the load share them."""

OURS = "eBox batch, two API processes"
ALONE = "eBox batch, one API process"
LIMIT = "50-row inserts"


def batch(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("batch", rounds, [Goal(OURS, at_least=8_000)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        contenders: list[Contender] = [Inserts(on.postgres.create_database("inserts"))]
        for name, processes in ((ALONE, 1), (OURS, PROCESSES)):
            folder = on.folder / f"{processes}-processes"
            folder.mkdir()
            ebox = Installation(folder, on.postgres, on.ceph.create_bucket(f"batch-{processes}"))
            ebox.migrate()
            api = stack.enter_context(ebox.api(processes))
            contenders.append(Batches(on, ebox, api.pid, name, CONNECTIONS))
        take_turns(outcome, contenders, seconds=SECONDS, before_turn=checkpoint(on.postgres.admin_url))
        return outcome, on.described()


@dataclass(slots=True)
class Inserts:
    """Bare inserts on as many connections."""

    url: str
    name: str = LIMIT

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS row "
                "(id bigserial PRIMARY KEY, key uuid NOT NULL, state bytea NOT NULL)"
            )
        counts = [0] * CONNECTIONS
        deadline = time.perf_counter() + seconds
        threads = [Thread(target=self._insert, args=(counts, one, deadline)) for one in range(CONNECTIONS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return {LIMIT: (sum(counts) / (time.perf_counter() - began), "rows/s")}

    def _insert(self, counts: list[int], place: int, deadline: float) -> None:
        statement = (
            "INSERT INTO row (key, state) SELECT gen_random_uuid(), %s::bytea "
            f"FROM generate_series(1, {ROWS})"
        )
        state = os.urandom(ROW_BYTES)
        with psycopg.connect(self.url, autocommit=True) as connection:
            while time.perf_counter() < deadline:
                connection.execute(statement.encode(), [state])
                counts[place] += ROWS
