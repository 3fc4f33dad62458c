"""Sends batches on several connections, each over and over, and counts what was published.

Each batch is a file of JSON, sent with a key of its own for the whole: what is published is new each time. It
reads a `BatchPlan` as JSON on standard input and prints a `Tally` as JSON, `rate` in messages a second.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Lock, Thread
from uuid import uuid4

from bench.load.plan import Tally

_PUBLISHED = b'"status":201'


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """The load, for `seconds` or until `batches` were sent altogether. `token_file`: the access token."""

    port: int
    path: str
    connections: int
    token_file: str
    batch_files: list[str]
    messages: int
    seconds: float
    batches: int = sys.maxsize
    patience_seconds: float = 60.0


@dataclass(slots=True)
class _Load:
    plan: BatchPlan
    left: int = 0
    published: int = 0
    errors: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def run(self) -> Tally:
        self.left = self.plan.batches
        began = time.perf_counter()
        deadline = began + self.plan.seconds
        threads = [
            Thread(target=self._send, args=(number, deadline)) for number in range(self.plan.connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - began
        self.latencies.sort()
        return Tally(
            rate=self.published / elapsed,
            seconds=elapsed,
            acknowledged=self.published,
            errors=len(self.errors),
            error_sample=self.errors[0] if self.errors else "",
            p50_ms=self._quantile(0.50),
            p99_ms=self._quantile(0.99),
            cpu_seconds=time.process_time(),
        )

    def _send(self, number: int, deadline: float) -> None:
        plan = self.plan
        body = Path(plan.batch_files[number % len(plan.batch_files)]).read_bytes()
        token = Path(plan.token_file).read_text(encoding="utf-8")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", plan.port, timeout=plan.patience_seconds)
        while time.perf_counter() < deadline and self._is_another():
            began = time.perf_counter()
            connection.request("POST", plan.path, body, headers | {"Idempotency-Key": str(uuid4())})
            answer = connection.getresponse().read()
            published = answer.count(_PUBLISHED)
            with self.lock:
                self.published += published
                self.latencies.append(time.perf_counter() - began)
                if published != plan.messages:
                    self.errors.append(answer[:400].decode("utf-8", "replace"))
        connection.close()

    def _is_another(self) -> bool:
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def _quantile(self, q: float) -> float:
        if not self.latencies:
            return 0.0
        return 1000 * self.latencies[min(len(self.latencies) - 1, int(q * len(self.latencies)))]


if __name__ == "__main__":
    print(json.dumps(asdict(_Load(BatchPlan(**json.load(sys.stdin))).run())))
