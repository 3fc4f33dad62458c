"""Whether the audit log keeps up with an event store that receives 10,000 events a second.

The role runs as a process of its own on the same PostgreSQL, and publishes into a directory. The writer
commits a little more than that rate, so that who only just keeps up is seen to; it has made the events
before. The lag is that from an event's commit to the moment that a published checkpoint covers it. Then the
role is stopped, and has to work off what came meanwhile.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO

from bench.audit_watch import AuditWatch
from bench.contenders import checkpoint
from bench.failure import BenchmarkFailed
from bench.figures import Figures, quantile
from bench.installation import Installation
from bench.measurement import Goal, Outcome
from bench.rounds import take_turns
from bench.servers import servers

RATE = 10_500.0
SECONDS = 8.0
BACKLOG_EVENTS = 60_000

RECEIVED = "events received"
SUSTAINED = "leaves published meanwhile"
LAG = "commit to checkpoint, p99"
BACKLOG = "audit log's backlog"


def audit_keeping_up(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    goals = [
        Goal(RECEIVED, at_least=10_000),
        Goal(SUSTAINED, at_least=10_000),
        Goal(LAG, at_most=1_000),
        Goal(BACKLOG, at_least=10_000),
    ]
    outcome = Outcome("audit-keeping-up", rounds, goals)
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("audit-keeping-up"))
        ebox.migrate()
        with ebox.audit_log():
            ebox.wait_for_audit_log()
        before_turn = checkpoint(on.postgres.admin_url)
        take_turns(outcome, [_Steady(ebox), _Backlog(ebox)], seconds=SECONDS, before_turn=before_turn)
        return outcome, on.described()


@dataclass(slots=True)
class _Steady:
    """Events at the rate, while the role runs."""

    ebox: Installation
    name: str = "10,000 events a second"

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        events = int(RATE * seconds)
        with _writer(self.ebox, 1 + events) as writer, self.ebox.audit_log(), AuditWatch(self.ebox) as watch:
            writer.commit(1)  # which the role takes when it has started
            self.ebox.wait_for_audit_log()
            began = time.monotonic()
            batches = writer.commit(events, RATE)
            ended = batches[-1][0]
            lags = [1000 * lag for lag in watch.lags(batches)]
        return {
            RECEIVED: (events / (ended - began), "events/s"),
            SUSTAINED: (watch.rate(began, ended), "leaves/s"),
            LAG: (quantile(lags, 0.99), "ms"),
            "commit to checkpoint, p50": (quantile(lags, 0.50), "ms"),
            "commit to checkpoint, longest": (max(lags), "ms"),
        }


@dataclass(slots=True)
class _Backlog:
    """What was committed while the role was stopped."""

    ebox: Installation
    name: str = BACKLOG

    def measure(self, seconds: float) -> Figures:
        """One turn, from the first of the backlog's checkpoints to the last."""
        with _writer(self.ebox, BACKLOG_EVENTS) as writer:
            batches = writer.commit(BACKLOG_EVENTS)
        began = time.monotonic()
        with self.ebox.audit_log(), AuditWatch(self.ebox) as watch:
            watch.lags(batches)
        return {BACKLOG: (watch.rate(began, time.monotonic()), "leaves/s")}


class _Writer:
    """A process that has made its events, and commits them when told."""

    def __init__(self, told: IO[str], heard: IO[str]) -> None:
        self._told = told
        self._heard = heard

    def prepare(self, events: int) -> None:
        """Let it make the events."""
        self._say(str(events))
        if self._heard.readline() != "ready\n":
            raise BenchmarkFailed("the writer of events failed; see its message above")

    def commit(self, events: int, rate: float | None = None) -> list[tuple[float, int]]:
        """Commit so many of them: when each batch was, and its last position."""
        self._say(json.dumps({"events": events, "rate": rate}))
        return [(committed, position) for committed, position in json.loads(self._heard.readline())]

    def _say(self, line: str) -> None:
        self._told.write(f"{line}\n")
        self._told.flush()


@contextmanager
def _writer(ebox: Installation, events: int) -> Iterator[_Writer]:
    command = [sys.executable, "-m", "bench.stored_writer"]
    with subprocess.Popen(
        command, env=ebox.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise BenchmarkFailed("the writer of events has no pipes")
        writer = _Writer(process.stdin, process.stdout)
        try:
            writer.prepare(events)
            yield writer
        finally:
            process.kill()
