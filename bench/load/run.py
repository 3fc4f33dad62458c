"""Starts the load generator and hears what it has to tell."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from bench.failure import BenchmarkFailed
from bench.load.plan import Plan, Tally


def run_load(plan: Plan) -> Tally:
    """Put the load on and wait for its end. Raises `BenchmarkFailed` where any answer was not as expected."""
    longest = plan.seconds + 2 * plan.patience_seconds + 30
    done = subprocess.run(
        [sys.executable, "-m", "bench.load.generator"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        timeout=longest,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"the load generator failed:\n{done.stderr}")
    tally = Tally(**json.loads(done.stdout))
    if tally.errors:
        raise BenchmarkFailed(f"{tally.errors} answers were not as expected; the first: {tally.error_sample}")
    return tally
