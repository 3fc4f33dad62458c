"""Contenders that are put under HTTP load, and whose work is counted afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import psutil
import psycopg

from bench.failure import BenchmarkFailed
from bench.figures import Figures, load_figures
from bench.load.plan import Plan
from bench.load.run import run_load


@dataclass(frozen=True, slots=True)
class HttpContender:
    """Load on an endpoint. `plan` is asked for before each turn, because tokens expire.

    `count`: how many rows there are now; a turn must add exactly as many as it acknowledged. None where there
    is nothing to count. `pid`: the server's process.
    """

    name: str
    plan: Callable[[], Plan]
    count: Callable[[], int] | None
    pid: int

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        plan = replace(self.plan(), seconds=seconds)
        before = self.count() if self.count else 0
        process = psutil.Process(self.pid)
        computed = _processor_seconds(process)
        tally = run_load(plan)
        computed = _processor_seconds(process) - computed
        if self.count and (added := self.count() - before) != tally.acknowledged:
            raise BenchmarkFailed(f"{self.name}: {tally.acknowledged} acknowledged, but {added} recorded")
        return load_figures(self.name, tally, computed)


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def row_count(url: str, query: str) -> Callable[[], int]:
    """Counts with this query, on a connection of its own each time."""

    def count() -> int:
        with psycopg.connect(url) as connection:
            row = connection.execute(query.encode()).fetchone()
        if row is None:
            raise BenchmarkFailed("a count without a row")
        return int(row[0])

    return count


def checkpoint(admin_url: str) -> Callable[[], None]:
    """Has PostgreSQL write out what earlier turns left, so that no turn pays for another's pages."""

    def run() -> None:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    return run
