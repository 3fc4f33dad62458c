"""How fast `ebox project` works a backlog off, and how soon what is committed can be read.

The backlog is a log of messages that were published, announced, looked at and opened; every round folds all
of it into empty read models. Then another process appends 1,000 events a second and waits for each to be
visible, as an API process does for a reader who has just written.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.failure import BenchmarkFailed
from bench.figures import Figures, quantile
from bench.installation import Installation
from bench.measurement import Goal, Outcome
from bench.rounds import take_turns
from bench.servers import Servers, servers

BACKLOG_EVENTS = 60_000
RATE = 1_000.0
SECONDS = 8.0
_LOOK_SECONDS = 0.05
_CATCH_UP_SECONDS = 120.0

BACKLOG = "projection backlog"
VISIBLE = "commit to visible, p99"


def projections(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("projections", rounds, [Goal(BACKLOG, at_least=12_000), Goal(VISIBLE, at_most=30)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("projections"))
        ebox.migrate()
        _write(ebox, events=BACKLOG_EVENTS)
        take_turns(outcome, [_Backlog(on, ebox), _Steady(ebox)], seconds=SECONDS)
        return outcome, on.described()


@dataclass(slots=True)
class _Backlog:
    """All the log into read models that are empty."""

    on: Servers
    ebox: Installation
    name: str = BACKLOG

    def measure(self, seconds: float) -> Figures:
        """One turn, from the first page that is done to the last."""
        self.ebox.empty_read_models(self.on.postgres)
        head = self.ebox.last_position()
        with psycopg.connect(self.ebox.read_model_url, autocommit=True) as connection, self.ebox.projector():
            first, began = _reached(connection, 1)
            last, ended = _reached(connection, head)
        return {self.name: ((last - first) / (ended - began), "events/s")}


@dataclass(slots=True)
class _Steady:
    """1,000 events a second."""

    ebox: Installation
    name: str = "1,000 events a second"

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        with self.ebox.projector():
            self.ebox.wait_for_projector()
            written = _write(self.ebox, rate=RATE, seconds=seconds)
        visible, submitted = written["commitToVisible"], written["submitToVisible"]
        if len(visible) != written["appended"]:
            raise BenchmarkFailed(f"{written['appended']} events appended, {len(visible)} seen")
        return {
            VISIBLE: (quantile(visible, 0.99), "ms"),
            "commit to visible, p50": (quantile(visible, 0.50), "ms"),
            "submission to visible, p99": (quantile(submitted, 0.99), "ms"),
        }


def _reached(connection: psycopg.Connection, position: int) -> tuple[int, float]:
    """Wait until every read model has reached a position; where they are then, and when that was."""
    deadline = time.monotonic() + _CATCH_UP_SECONDS
    while time.monotonic() < deadline:
        row = connection.execute("SELECT coalesce(min(position), 0) FROM read_models.progress").fetchone()
        now = time.perf_counter()
        if row is not None and row[0] >= position:
            return row[0], now
        time.sleep(_LOOK_SECONDS)
    raise BenchmarkFailed(f"the projector did not reach position {position}")


def _write(
    ebox: Installation, *, events: int = 0, rate: float | None = None, seconds: float = 0.0
) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.log_writer"],
        input=json.dumps({"events": events, "rate": rate, "seconds": seconds}),
        env=ebox.environment(),
        capture_output=True,
        text=True,
        timeout=_CATCH_UP_SECONDS + seconds,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"the log's writer failed:\n{done.stderr}")
    written: dict[str, Any] = json.loads(done.stdout)
    return written
