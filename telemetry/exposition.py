"""What `/metrics` answers: all meters in the format that Prometheus reads.

One process shows its own. Several API processes on one port keep theirs in files of one folder (the client
library's multiprocess mode, on when the folder is named in the environment before the library is loaded),
and whichever of them is asked answers for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Metric, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.values import ValueClass

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

_SUMMED: Final = frozenset(
    {
        "process_cpu_seconds",
        "process_max_fds",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
    }
)
"""What of the processes adds up; when they started does not."""


def exposition(accept: str | None) -> tuple[bytes, str]:
    """The meters, and the media type they are written in; blocks for some milliseconds."""
    encode, media_type = choose_encoder(accept or "")
    return encode(_registry()), media_type


def _registry() -> CollectorRegistry:
    if not getattr(ValueClass, "_multiprocess", False):
        return REGISTRY
    together = CollectorRegistry()
    together.register(_Processes())
    return together


class _Processes(MultiProcessCollector):
    """The meters of all processes that share the folder, and what the living ones use of the machine."""

    def __init__(self) -> None:
        super().__init__(registry=None)  # type: ignore[no-untyped-call] # the library's has no annotations

    def collect(self) -> Iterator[Metric]:
        """All of it. Gauges of processes that ended do not count; what they had counted does."""
        living = []
        for pid in {file.stem.rpartition("_")[2] for file in Path(self._path).glob("*.db")}:
            if Path("/proc", pid).exists():
                living.append(pid)
            else:
                mark_process_dead(pid, self._path)  # type: ignore[no-untyped-call] # as above
        yield from super().collect()  # type: ignore[no-untyped-call] # as above
        yield from _usage(living)


def _usage(pids: list[str]) -> Iterator[Metric]:
    """Processor time, memory and descriptors of these processes together."""
    sums: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=partial(str, pid), registry=None).collect():
            if metric.name not in _SUMMED:
                continue
            known = sums.setdefault(metric.name, metric)
            if known is not metric:
                known.samples = [
                    one._replace(value=one.value + other.value)
                    for one, other in zip(known.samples, metric.samples, strict=True)
                ]
    yield from sums.values()
