"""Looks every few seconds at what no event tells of: how far read models are, what waits, who answers.

Beside the scrapes, not in them: a database that hangs must not take all the other meters with it, at the very
moment when somebody wants to see them.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

import structlog

EVERY_SECONDS = 10.0
STOP_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class Sampler:
    """Probes, each in a thread of its own, so that one that hangs keeps no other from looking.

    A probe sets its meters. What it raises is what it could not see; it looks again next time.
    """

    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._stopped = Event()
        self._threads: dict[str, Thread] = {}

    def watch(self, name: str, probe: Callable[[], None]) -> None:
        """Look now and then every few seconds, until stopped. A name that is watched already stays."""
        if name not in self._threads:
            thread = Thread(target=self._look, args=(name, probe), name=f"probe-{name}", daemon=True)
            self._threads[name] = thread
            thread.start()

    def stop(self) -> None:
        """Stop looking. One that hangs is left to end with the process."""
        self._stopped.set()
        deadline = monotonic() + STOP_SECONDS
        for thread in self._threads.values():
            thread.join(max(0.0, deadline - monotonic()))

    def _look(self, name: str, probe: Callable[[], None]) -> None:
        while not self._stopped.is_set():
            try:
                probe()
            except Exception as error:  # noqa: BLE001 - nobody would start this thread again
                _log.debug("probe.failed", probe=name, error=type(error).__name__)
            self._stopped.wait(self._every_seconds)
