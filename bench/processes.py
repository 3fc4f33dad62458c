"""The server processes of a benchmark: each on a loopback port of its own, stopped by its process id."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.daemon import Daemon
from tests.servers.ports import accepts_connections, free_port
from tests.servers.process import find_program

START_SECONDS = 60.0
_REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: where it listens, and its process."""

    port: int
    pid: int


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables for a child process that finds our packages from any folder."""
    return {"PYTHONPATH": str(_REPOSITORY), **variables}


@contextmanager
def running(
    folder: Path,
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
) -> Iterator[Daemon]:
    """A process with further environment variables, from when `port` accepts connections until the end."""
    pairs = [f"{name}={value}" for name, value in environment_with(variables or {}).items()]
    log = folder / f"{Path(command[-1]).name}.log"
    daemon = Daemon([find_program("env", "coreutils"), *pairs, *command], log, cwd=folder)
    daemon.start(lambda: port is None or accepts_connections(port), START_SECONDS)
    try:
        yield daemon
    finally:
        daemon.stop()


@contextmanager
def peer(folder: Path, module: str, *arguments: str) -> Iterator[Served]:
    """A peer's HTTP server (`bench.peers.<module>`)."""
    port = free_port()
    command = [sys.executable, "-m", f"bench.peers.{module}", str(port), *arguments]
    with running(folder, command, port=port) as daemon:
        yield Served(port, daemon.pid)
