"""One eBox as an operator installs it: processes of the `ebox` command, settings by environment alone.

Its processes see the `EBOX_…` variables given here and nothing else of ours, and work in an empty folder, so
that neither a developer's `.env` nor the environment of the test run can make a test pass.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.role import EboxProcess
from tests.servers.ports import LOOPBACK, accepts_connections, free_port
from tests.servers.process import wait_until

COMMAND_SECONDS = 60.0
READY_SECONDS = 60.0
_TOKEN_SECONDS = 200.0
"""How long a token is used again; it lives five minutes."""

_WELCOME = re.compile(r"^eBox serves at .*?^Stop with Ctrl-C\.$", re.DOTALL | re.MULTILINE)


class Installation:
    """One eBox with a data directory and a port of its own. `stop()` it, also after a failure."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        # The embedded mode's mail catcher listens on the port after ours.
        self.port = next(port for port in _ports() if not accepts_connections(port + 1))
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.processes: dict[str, EboxProcess] = {}
        self._ebox = str(Path(sys.executable).with_name("ebox"))
        self._environment = {
            "PATH": "/usr/bin:/bin",
            "EBOX_DATA_DIR": str(self.data),
            "EBOX_PORT": str(self.port),
            **(settings or {}),
        }
        self._working_folder = folder / "empty"
        self._working_folder.mkdir(parents=True)
        self._tokens: dict[tuple[str, str | None], tuple[float, str]] = {}

    def start(self, *arguments: str, **settings: str) -> EboxProcess:
        """Start `ebox …` and wait until it catches signals; `wait_until_ready` waits until it serves.

        `settings` are for this process alone.
        """
        name = arguments[0]
        process = self.processes.get(name) or EboxProcess(
            [self._ebox, *arguments],
            self.folder / f"{name}.log",
            {**self._environment, **settings},
            self._working_folder,
        )
        self.processes[name] = process
        process.start()
        return process

    def wait_until_ready(self) -> None:
        """Wait until the HTTP server says that it and everything it depends on works."""
        wait_until(self._is_ready, READY_SECONDS, lambda: f"eBox did not get ready; {self._logs()}")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `ebox …` to its end, whatever that is."""
        return subprocess.run(
            [self._ebox, *arguments],
            env=self._environment,
            cwd=self._working_folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def token(self, role: str, subject: str | None = None) -> str:
        """What `ebox dev token` prints; the same one again for a few minutes."""
        obtained, token = self._tokens.get((role, subject), (0.0, ""))
        if not token or time.monotonic() - obtained > _TOKEN_SECONDS:
            options = ["--subject", subject] if subject else []
            done = self.run("dev", "token", "--as", role, *options)
            assert done.returncode == 0, done.stderr
            token = done.stdout.strip()
            self._tokens[role, subject] = (time.monotonic(), token)
        return token

    def health(self) -> tuple[int, dict[str, Any]]:
        """The status and the body of `/health/ready`."""
        answer = httpx.get(f"{self.url}/health/ready", timeout=10)
        return answer.status_code, answer.json()

    def pid(self, name: str) -> int:
        """The process id of the running `ebox <name>`; `ServerError` where it does not run."""
        return self.processes[name].pid

    def stop(self) -> None:
        """Ask every process to end; AssertionError unless each did, in time and without a fault."""
        statuses = {name: process.stop() for name, process in reversed(self.processes.items())}
        assert not any(statuses.values()), f"exit statuses {statuses}; {self._logs()}"

    def kill(self) -> None:
        """Leave nothing running; for the end of a test that may have failed."""
        for process in self.processes.values():
            process.kill()

    def open_files_below(self, folder: Path) -> list[str]:
        """Which files below the folder any of its processes has open, also those without a name."""
        return [file for process in self.processes.values() for file in process.open_files_below(folder)]

    def log(self) -> str:
        """All that all processes have written so far, but for the welcome of `ebox run`."""
        written = "\n".join(process.log.read_text() for process in self.processes.values())
        return _WELCOME.sub("", written)

    def _is_ready(self) -> bool:
        dead = [name for name, process in self.processes.items() if process.has_died]
        assert not dead, f"ended by themselves: {dead}; {self._logs()}"
        try:
            return self.health()[0] == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _logs(self) -> str:
        return "\n".join(process.log_tail for process in self.processes.values())


def _ports() -> Iterator[int]:
    while True:
        yield free_port()
