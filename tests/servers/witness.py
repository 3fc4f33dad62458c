"""A witness as its operator runs it: made and served by the `ebox` command, killed and started again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Self

import httpx
from typer.testing import CliRunner

from audit.tlog.cosignatures import WitnessKey
from audit.tlog.notes import VerifierKey
from cli import app
from tests.servers.daemon import Daemon
from tests.servers.ports import accepts_connections, free_port

START_SECONDS = 30.0


class WitnessServer:
    """One witness with its files in a folder of its own. A context manager, which starts it."""

    def __init__(self, folder: Path, *logs: VerifierKey, name: str = "witness.example.org/w1") -> None:
        folder.mkdir()
        self.folder = folder
        self.state = folder / "witness.state"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        files = ["--key-file", str(folder / "witness.key"), "--state", str(self.state)]
        made = CliRunner().invoke(app, ["audit", "witness", "new-key", name, *files])
        self.vkey = WitnessKey.parse(made.output.strip())
        (folder / "logs").write_text("".join(f"{key.text}\n" for key in logs))
        serve = [
            str(Path(sys.executable).with_name("ebox")),
            "audit",
            "witness",
            "serve",
            *files,
            "--log-vkeys",
            str(folder / "logs"),
        ]
        self._daemon = Daemon([*serve, "--port", str(self.port)], folder / "log", cwd=folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._daemon.start(lambda: accepts_connections(self.port), START_SECONDS)

    def kill(self) -> None:
        """SIGKILL."""
        self._daemon.kill()

    def stop(self) -> int | None:
        """SIGTERM; the exit status."""
        return self._daemon.stop(within=10)

    def add(self, body: bytes) -> httpx.Response:
        """Post a checkpoint."""
        return httpx.post(f"{self.url}/add-checkpoint", content=body, timeout=10)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
