"""Watches the published audit log, and tells when it covered what."""

from __future__ import annotations

import time
from bisect import bisect_left
from threading import Event, Thread
from typing import Self

import psycopg

from bench.failure import BenchmarkFailed
from bench.installation import Installation

_LOOK_SECONDS = 0.005
_LAST_SECONDS = 60.0


class AuditWatch:
    """Looks at the published checkpoint from when it is entered until it is left."""

    def __init__(self, ebox: Installation) -> None:
        self._ebox = ebox
        self._stopped = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.seen: list[tuple[float, int]] = []
        """When a checkpoint was first seen, by the monotonic clock, and how many leaves it covers."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)

    def lags(self, batches: list[tuple[float, int]]) -> list[float]:
        """Of each batch (committed when, last position), how many seconds later a checkpoint covered it.

        Waits for the last. Raises `BenchmarkFailed` where it does not come.
        """
        leaves = self._leaves_of([position for _, position in batches])
        sizes = [size for _, size in self.seen]
        return [
            self.seen[bisect_left(sizes, leaves[position] + 1)][0] - committed
            for committed, position in batches
        ]

    def rate(self, begin: float, end: float) -> float:
        """Leaves a second from the first to the last checkpoint that was published between these moments.

        Where there were not even two, what came in all that time.
        """
        within = [one for one in self.seen if begin <= one[0] <= end]
        if len(within) < 2:
            before = max((size for at, size in self.seen if at < begin), default=0)
            return (max((size for _, size in within), default=before) - before) / (end - begin)
        (first_at, first), (last_at, last) = within[0], within[-1]
        return (last - first) / (last_at - first_at)

    def _leaves_of(self, positions: list[int]) -> dict[int, int]:
        deadline = time.monotonic() + _LAST_SECONDS
        query = "SELECT position, leaf_index FROM audit.leaf WHERE position = ANY(%s)"
        while time.monotonic() < deadline:
            with psycopg.connect(self._ebox.event_store_url) as connection:
                found: dict[int, int] = dict(connection.execute(query, [positions]).fetchall())
            if len(found) == len(set(positions)) and self.seen[-1][1] > max(found.values()):
                return found
            time.sleep(0.1)
        raise BenchmarkFailed("the audit log did not take all events")

    def _look(self) -> None:
        covered = -1
        while not self._stopped.is_set():
            now, size = time.monotonic(), self._ebox.audited_leaves()
            if size > covered:
                covered = size
                self.seen.append((now, size))
            self._stopped.wait(_LOOK_SECONDS)
