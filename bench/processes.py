"""The server processes of a benchmark: each on a loopback port of its own, stopped by its process id."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.daemon import Daemon
from tests.servers.ports import accepts_connections, free_port
from tests.servers.process import find_program

START_SECONDS = 60.0


@contextmanager
def python_process(
    folder: Path, name: str, arguments: Sequence[str], environment: Mapping[str, str], port: int | None = None
) -> Iterator[Daemon]:
    """`python …` with further environment variables, from when `port` accepts connections until it is stopped."""
    pairs = [f"{key}={value}" for key, value in environment.items()]
    command = [find_program("env", "coreutils"), f"PYTHONPATH={os.getcwd()}", *pairs, sys.executable, *arguments]
    daemon = Daemon(command, folder / f"{name}.log", cwd=folder)
    daemon.start(lambda: port is None or accepts_connections(port), START_SECONDS)
    try:
        yield daemon
    finally:
        daemon.stop()


@contextmanager
def peer(folder: Path, module: str, *arguments: str) -> Iterator[int]:
    """A peer's HTTP server (`bench.peers.<module>`); yields its port."""
    port = free_port()
    with python_process(folder, module, ["-m", f"bench.peers.{module}", str(port), *arguments], {}, port):
        yield port
