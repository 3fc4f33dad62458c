"""eBox' roles as processes, and what systemd does for them: who ends is started again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, RLock, Thread

from tests.e2e.role import EboxProcess
from tests.servers.process import ServerError

LOOK_SECONDS = 0.1
STOP_SECONDS = 60.0


class Roles:
    """Starts, kills and restarts. `ended_by_themselves` names those that nobody had killed."""

    def __init__(self, processes: Mapping[str, EboxProcess]) -> None:
        self._processes = processes
        self._lock = RLock()
        self._killed: set[str] = set()
        self._stopped = Event()
        self._thread = Thread(target=self._supervise, name="supervisor", daemon=True)
        self.ended_by_themselves: list[str] = []
        self.restarts = 0

    @classmethod
    def of(
        cls, ebox: str, commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]], folder: Path
    ) -> Roles:
        """Processes of the `ebox` command: arguments and environment by name, each with a log in `folder`."""
        folder.mkdir()
        return cls(
            {
                name: EboxProcess([ebox, *arguments], folder / f"{name}.log", environment, folder)
                for name, (arguments, environment) in commands.items()
            }
        )

    @property
    def names(self) -> list[str]:
        """What runs."""
        return list(self._processes)

    def start(self) -> None:
        """Start all, and watch over them from now on."""
        for process in self._processes.values():
            process.start()
        self._thread.start()

    def kill(self, name: str) -> None:
        """SIGKILL to it; it is started again at once."""
        with self._lock:
            self._processes[name].kill_alone()
            self._killed.add(name)

    def stop(self) -> dict[str, int | None]:
        """Ask all to end in good order, all at once; returns their exit statuses."""
        self._stop_watching()
        with ThreadPoolExecutor(len(self._processes)) as threads:
            statuses = threads.map(EboxProcess.stop, self._processes.values())
            return dict(zip(self._processes, statuses, strict=True))

    def kill_all(self) -> None:
        """Leave nothing running, whatever happened."""
        self._stop_watching()
        for process in self._processes.values():
            process.kill()

    def log_tail(self, name: str) -> str:
        """The end of what it wrote."""
        return self._processes[name].log_tail

    def _stop_watching(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _supervise(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            with self._lock:
                for name, process in self._processes.items():
                    if process.has_died:
                        self.ended_by_themselves.append(name)
                        self._killed.add(name)
                    if name in self._killed:
                        self._restart(name, process)

    def _restart(self, name: str, process: EboxProcess) -> None:
        process.kill()  # what is left of it
        try:
            process.start()
        except ServerError:
            return  # it is tried again at the next look
        self._killed.discard(name)
        self.restarts += 1
