"""How much memory the API's process takes while 16 clients upload PDFs of 20 MB at once.

Its own resident size, and apart from it that of the processes that inspect uploads. The peak is the kernel's
own record of this turn (VmHWM); the inspectors' is the largest sum that was seen looking ten times a second.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Self

import psutil

from bench.documents import MIB, distinct_pdf
from bench.failure import BenchmarkFailed
from bench.figures import Figures
from bench.installation import Installation
from bench.load.plan import Plan
from bench.load.run import run_load
from bench.measurement import Goal, Outcome
from bench.publications import multipart_publications, national_numbers
from bench.rounds import take_turns
from bench.servers import Servers, servers

CLIENTS = 16
UPLOADS = 2 * CLIENTS
DOCUMENT_BYTES = 20_000_000
SECONDS = 300.0
_LOOK_SECONDS = 0.1

OURS = "API process peak"


def memory(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("memory", rounds, [Goal(OURS, at_most=300)])
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("memory"))
        ebox.migrate()
        api = stack.enter_context(ebox.api())
        uploads = _Uploads(on, ebox, api.pid, distinct_pdf(DOCUMENT_BYTES))
        take_turns(outcome, [uploads], seconds=SECONDS)
        return outcome, on.described()


@dataclass(slots=True)
class _Uploads:
    """Every client uploads twice."""

    on: Servers
    ebox: Installation
    pid: int
    document: bytes
    name: str = "16 uploads"

    def measure(self, seconds: float) -> Figures:
        """One turn, of so many uploads instead of so many seconds."""
        token = self.ebox.token("partner")
        files = multipart_publications(self.on.folder, token, national_numbers(CLIENTS), self.document)
        plan = Plan(self.ebox.port, CLIENTS, files, 201, SECONDS, UPLOADS, patience_seconds=120)
        count = self.ebox.events("message.published")
        before = count()
        with _Watch(self.pid) as watch:
            tally = run_load(plan)
        if count() - before != tally.acknowledged or tally.acknowledged != UPLOADS:
            raise BenchmarkFailed(f"{count() - before} of {UPLOADS} uploads were recorded")
        return {
            OURS: (watch.peak_bytes / MIB, "MiB"),
            "inspectors' peak": (watch.inspectors_bytes / MIB, "MiB"),
            "API process before": (watch.before_bytes / MIB, "MiB"),
            "uploaded": (tally.acknowledged * DOCUMENT_BYTES / MIB / tally.seconds, "MiB/s"),
        }


class _Watch:
    """Looks at a process and its children from when it is entered until it is left."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._status = Path(f"/proc/{pid}/status")
        self._stopped = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.before_bytes = self.peak_bytes = self.inspectors_bytes = 0

    def __enter__(self) -> Self:
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")  # the peak begins anew, see proc(5)
        self.before_bytes = self._process.memory_info().rss
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)
        line = next(line for line in self._status.read_text().splitlines() if line.startswith("VmHWM:"))
        self.peak_bytes = int(line.split()[1]) * 1024

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            sizes = (child.memory_info().rss for child in self._process.children(recursive=True))
            self.inspectors_bytes = max(self.inspectors_bytes, sum(sizes))
