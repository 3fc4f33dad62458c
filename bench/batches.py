"""Batches as a partner's software would send them, and what a turn of them gives."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import psutil

from bench.failure import BenchmarkFailed
from bench.figures import Figures
from bench.installation import Installation
from bench.load.batches import BatchPlan
from bench.load.plan import Tally
from bench.load.run import tally_of
from bench.publications import PATH, message_json, national_numbers
from bench.servers import Servers

MESSAGES = 1_000
"""In each batch, to as many citizens."""


@dataclass(slots=True)
class Batches:
    """Body-only messages on some connections at once; each turn adds exactly what it acknowledges."""

    on: Servers
    ebox: Installation
    pid: int
    name: str
    connections: int

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        computed = self._computed()
        tally = self.send(seconds)
        computed = self._computed() - computed
        return {
            self.name: (tally.rate, "messages/s"),
            f"{self.name} p50 of a batch": (tally.p50_ms, "ms"),
            f"{self.name} p99 of a batch": (tally.p99_ms, "ms"),
            f"{self.name} processor": (1e6 * computed / max(1, tally.acknowledged), "µs/message"),
        }

    def _computed(self) -> float:
        """Seconds of processor time that all of the API's processes have used."""
        process = psutil.Process(self.pid)
        return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))

    def send(self, seconds: float, batches: int | None = None) -> Tally:
        """For that long, or so many. Raises `BenchmarkFailed` where an item was not published."""
        count = self.ebox.events("message.published")
        before = count()
        plan = self._plan(seconds)
        settings = asdict(plan) if batches is None else asdict(plan) | {"batches": batches}
        tally = tally_of("bench.load.batches", settings, seconds + 2 * plan.patience_seconds)
        if tally.errors:
            raise BenchmarkFailed(f"{tally.errors} batches failed; the first: {tally.error_sample}")
        if count() - before != tally.acknowledged:
            raise BenchmarkFailed(f"{tally.acknowledged} acknowledged, but {count() - before} recorded")
        return tally

    def _plan(self, seconds: float) -> BatchPlan:
        folder = self.on.folder
        token, batch = folder / "token", folder / "batch.json"
        for path, content in ((token, self.ebox.token("partner").encode()), (batch, _batch())):
            path.touch(mode=0o600)
            path.write_bytes(content)
        address = f"{PATH}/batch"
        return BatchPlan(
            self.ebox.port, address, self.connections, str(token), [str(batch)], MESSAGES, seconds
        )


def _batch() -> bytes:
    messages = (message_json(number, with_document=False) for number in national_numbers(MESSAGES))
    return json.dumps({"items": [{"messageToPublish": json.loads(one)} for one in messages]}).encode()
