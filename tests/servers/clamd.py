"""A clamd of our own: the real scanner, with one signature of ours instead of ClamAV's own database.

That signature finds the EICAR test string wherever it stands, so that nothing needs to be downloaded.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.servers.daemon import Daemon
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import ServerError, find_program

_PACKAGE = "clamav-daemon"
_START_SECONDS = 30.0
_ANSWER_SECONDS = 1.0

STREAM_BYTES: Final = 1024 * 1024
"""The most that it takes: enough for letters, and little to send for a test that goes beyond."""

# In two parts, so that no scanner takes this file for malware
EICAR: Final = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and which does nothing (eicar.org)."""


class Clamd:
    """One clamd, reached on a free loopback port and by a socket in a folder of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self._directory: Path | None = None
        self._daemon: Daemon | None = None

    @property
    def url(self) -> str:
        """`tcp://127.0.0.1:port` (EBOX_CLAMD_URL)."""
        return f"tcp://{LOOPBACK}:{self.port}"

    @property
    def socket_url(self) -> str:
        """`unix:///…` (EBOX_CLAMD_URL)."""
        return f"unix://{self._folder() / 'clamd.socket'}"

    def start(self) -> Self:
        """Lay out the directory at the first start, and serve; returns itself.

        Raises:
            ServerError: it is not installed, or did not start in time.
        """
        if self._daemon is None:
            clamd = find_program("clamd", _PACKAGE)
            self._directory = Path(tempfile.mkdtemp(prefix="ebox-clamd-"))
            self._lay_out()
            command = [clamd, f"--config-file={self._directory / 'clamd.conf'}", "--foreground"]
            self._daemon = Daemon(command, self._directory / "output.log")
        try:
            self._daemon.start(self._answers, _START_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and delete its files. May be called twice."""
        if self._daemon is not None:
            self.resume()
            self._daemon.stop()
            self._daemon = None
        if self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def halt(self) -> None:
        """Stop the server (connections are refused) until `start()`."""
        if self._daemon is not None:
            self._daemon.stop()

    def hang(self) -> None:
        """Let it accept connections and answer nothing, until `resume()`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it stood still."""
        self._signal(signal.SIGCONT)

    def bring_back(self) -> None:
        """Let it answer again, whatever was done to it."""
        if self._daemon is not None and self._daemon.is_running:
            self.resume()
        else:
            self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _signal(self, which: signal.Signals) -> None:
        if self._daemon is not None and self._daemon.is_running:
            os.kill(self._daemon.pid, which)

    def _folder(self) -> Path:
        if self._directory is None:
            raise ServerError("clamd is not started")
        return self._directory

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=_ANSWER_SECONDS) as connection:
                connection.sendall(b"zPING\0")
                return connection.recv(16) == b"PONG\0"
        except OSError:
            return False

    def _lay_out(self) -> None:
        folder = self._folder()
        for name in ("signatures", "temporary"):
            (folder / name).mkdir()
        signature = f"Test.EICAR:0:*:{EICAR.hex()}\n"
        (folder / "signatures" / "test.ndb").write_text(signature)
        # Without `User` it stays who we are
        (folder / "clamd.conf").write_text(
            f"""\
DatabaseDirectory {folder / "signatures"}
TemporaryDirectory {folder / "temporary"}
LocalSocket {folder / "clamd.socket"}
TCPAddr {LOOPBACK}
TCPSocket {self.port}
StreamMaxLength {STREAM_BYTES}
AlertExceedsMax yes
AlertEncrypted yes
MaxRecursion 5
MaxThreads 4
ConcurrentDatabaseReload no
"""
        )
