"""What a load generator is told, and what it tells: plain data that goes through pipes as JSON."""

from __future__ import annotations

from dataclasses import dataclass

DISTINCT = b"{{distinct text}"
"""Sixteen bytes in a request that the generator replaces, each time with sixteen others."""

NUMBER = b"{six#}"
"""Six bytes that it replaces with six digits; they begin anew after a million requests."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The load. Each of `connections` sends its file of `request_files` (round robin) over and over, for
    `seconds` or until `requests` were sent altogether. A server silent for `patience_seconds` is an error.
    """

    port: int
    connections: int
    request_files: list[str]
    expected_status: int
    seconds: float
    requests: int | None = None
    patience_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of it. `rate` and latencies are of the answers within the time; `acknowledged` counts those
    that came afterwards too. `cpu_seconds` is what the generator itself took.
    """

    rate: float
    seconds: float
    acknowledged: int
    errors: int
    error_sample: str
    p50_ms: float
    p99_ms: float
    cpu_seconds: float
