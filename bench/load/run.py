"""Starts a process that puts load on something, and hears what it has to tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bench.failure import BenchmarkFailed
from bench.load.plan import Plan, Tally


def run_load(plan: Plan) -> Tally:
    """Put HTTP load on and wait for its end. Raises `BenchmarkFailed` where any answer was unexpected."""
    tally = tally_of("bench.load.generator", asdict(plan), plan.seconds + 2 * plan.patience_seconds)
    if tally.errors:
        raise BenchmarkFailed(f"{tally.errors} answers were not as expected; the first: {tally.error_sample}")
    return tally


def tally_of(module: str, settings: Mapping[str, Any], within_seconds: float) -> Tally:
    """What a load-making module prints when told these settings. Raises `BenchmarkFailed`."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        timeout=within_seconds + 30,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"{module} failed:\n{done.stderr}")
    return Tally(**json.loads(done.stdout))
