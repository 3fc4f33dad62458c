"""One process of the `ebox` command, with a clean environment, its output in a file."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.servers.daemon import Daemon, lives
from tests.servers.process import find_program, log_tail, wait_until

START_SECONDS = 60.0
STOP_SECONDS = 30.0
KILL_SECONDS = 10.0


class EboxProcess:
    """Starts, stops and kills one `ebox …`; may be started again, and then goes on with the same log."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str], working_folder: Path
    ) -> None:
        self.log = log
        variables = [f"{name}={value}" for name, value in environment.items()]
        clean = [find_program("env", "coreutils"), "--ignore-environment", *variables]
        self._daemon = Daemon([*clean, *command], log, cwd=working_folder)
        self._is_started = False

    @property
    def pid(self) -> int:
        """The process id; `ServerError` where it does not run."""
        return self._daemon.pid

    @property
    def has_died(self) -> bool:
        """Whether it ended without having been told to."""
        return self._is_started and not self._daemon.is_running

    @property
    def log_tail(self) -> str:
        """The end of what it wrote."""
        return log_tail(self.log)

    def start(self) -> None:
        """Start it and wait until it handles SIGTERM: from then on it ends in good order."""
        self._daemon.start(self._handles_sigterm, START_SECONDS)
        self._is_started = True

    def stop(self) -> int | None:
        """SIGTERM; returns its exit status, None if it had to be killed, 0 if it does not run."""
        if not self._is_started:
            return 0
        self._is_started = False
        return self._daemon.stop(within=STOP_SECONDS)

    def kill_alone(self) -> None:
        """SIGKILL to this very process, as the kernel does when memory runs out.

        Raises `ServerError` if a child of it outlives it.
        """
        process = psutil.Process(self.pid)
        family = [process, *process.children(recursive=True)]
        process.kill()
        try:
            wait_until(
                lambda: not any(map(lives, family)),
                KILL_SECONDS,
                lambda: "children outlived their parent",
            )
        finally:
            self.kill()

    def open_files_below(self, folder: Path) -> list[str]:
        """Which files below the folder it or a child has open, also those that have no name (any more)."""
        process = psutil.Process(self.pid)
        found: list[str] = []
        for one in [process, *process.children(recursive=True)]:
            for descriptor in Path(f"/proc/{one.pid}/fd").iterdir():
                with suppress(FileNotFoundError):  # closed meanwhile
                    found.append(str(descriptor.readlink()))
        return [target for target in found if target.startswith(f"{folder}/")]

    def kill(self) -> None:
        """SIGKILL to it and all it started. Nothing where it does not run."""
        self._is_started = False
        self._daemon.kill()

    def _handles_sigterm(self) -> bool:
        # proc(5): SigCgt is the mask of the signals with a handler; signal 1 is its lowest bit
        status = Path(f"/proc/{self._daemon.pid}/status").read_text()
        caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
