"""The figures that one turn of one contender gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from bench.load.plan import Tally

Figures: TypeAlias = Mapping[str, tuple[float, str]]
"""Name → value and unit."""


def load_figures(name: str, tally: Tally, server_cpu_seconds: float | None = None) -> Figures:
    """The rate and latencies of a load, and what its server's process computed for a request.

    The last one tells more than the rate where other programs use the machine too.
    """
    figures = {
        name: (tally.rate, "requests/s"),
        f"{name} p50": (tally.p50_ms, "ms"),
        f"{name} p99": (tally.p99_ms, "ms"),
    }
    if server_cpu_seconds is not None:
        figures[f"{name} processor"] = (1e6 * server_cpu_seconds / max(1, tally.acknowledged), "µs/request")
    return figures


def quantile(values: Iterable[float], q: float) -> float:
    """The value that this part of them is below."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
