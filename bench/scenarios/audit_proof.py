"""How long an inclusion proof takes in an audit log of five million leaves.

The proofs of leaves chosen by chance are made from a directory as the API makes them, the checkpoint read for
each, with a cache of as many tiles as the API's: 5 % of this log's. Every turn begins with that cache empty
and the files out of the operating system's. Each proof is then checked against the root, apart.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from audit.logfiles.directory import DirectoryLogFiles
from audit.published import PublishedLog
from audit.tlog.merkle import ProofInvalid, leaf_hash, verify_inclusion
from bench.audit_logs import entry_of, forget_pages, write_log
from bench.failure import BenchmarkFailed
from bench.figures import Figures, quantile
from bench.measurement import Goal, Outcome
from bench.rounds import take_turns

LEAVES = 5_000_000
SECONDS = 5.0

MADE = "proof made, p99"


def audit_proof(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    outcome = Outcome("audit-proof", rounds, [Goal(MADE, at_most=5)])
    with tempfile.TemporaryDirectory(prefix="ebox-bench-") as name:
        folder = Path(name)
        root = write_log(folder, LEAVES)
        take_turns(outcome, [_Proofs(folder, root, Random(LEAVES))], seconds=SECONDS)  # noqa: S311 - chooses leaves
    return outcome, {"leaves": f"{LEAVES:,}"}


@dataclass(slots=True)
class _Proofs:
    """Proofs, one after the other."""

    folder: Path
    root: bytes
    chance: Random
    name: str = "inclusion proofs"

    def measure(self, seconds: float) -> Figures:
        """One turn."""
        forget_pages(self.folder)
        log = PublishedLog(DirectoryLogFiles(self.folder))
        made: list[float] = []
        checked: list[float] = []
        deadline = time.perf_counter() + seconds
        while (began := time.perf_counter()) < deadline:
            index = self.chance.randrange(LEAVES)
            tree = log.tree()
            if tree is None:
                raise BenchmarkFailed("the log has no checkpoint")
            proof = tree.inclusion(index)
            done = time.perf_counter()
            try:
                verify_inclusion(leaf_hash(entry_of(index)), index, tree.size, proof, self.root)
            except ProofInvalid as error:
                raise BenchmarkFailed(f"the proof of leaf {index} is not good: {error}") from error
            checked.append(1e6 * (time.perf_counter() - done))
            made.append(1e3 * (done - began))
        return {
            MADE: (quantile(made, 0.99), "ms"),
            "proof made, p50": (quantile(made, 0.5), "ms"),
            "proof made, slowest": (max(made), "ms"),
            "proof checked, p99": (quantile(checked, 0.99), "µs"),
            "proof checked, p50": (quantile(checked, 0.5), "µs"),
        }
