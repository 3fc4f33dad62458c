"""One long-running child process of a test server: started, awaited, stopped, killed.

A child gets a session of its own, so that Ctrl-C in the terminal reaches pytest only and pytest stops the
servers in order. A warden beside it kills it when we are gone without having stopped it, so that a killed
test run leaves no server behind. (The kernel's parent-death signal would not do: Postfix loses it when it
changes its user.)
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psutil

from tests.servers.process import ServerError, as_user, log_tail, wait_until

_KILL_SECONDS = 10.0

# Ends when the pipe on its standard input does, which we hold open as long as we live
_WARDEN = 'read -r _; kill -s KILL -- "-$1"'


class Daemon:
    """One long-running child process with its log file; may be started and stopped any number of times."""

    def __init__(
        self, command: Sequence[str], log: Path, *, user: str | None = None, cwd: Path | None = None
    ) -> None:
        self._command = list(command)
        self._log = log
        self._user = user
        self._cwd = cwd
        self._process: subprocess.Popen[bytes] | None = None
        self._warden: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return Path(self._command[0]).name

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the running daemon.

        Raises:
            ServerError: it is not running.
        """
        if self._process is None or self._process.poll() is not None:
            raise ServerError(f"{self.name} is not running")
        return self._process.pid

    def start(self, is_ready: Callable[[], bool], within: float) -> None:
        """Start and wait until `is_ready()`, at most `within` seconds; a failed start leaves nothing behind.

        Raises:
            ServerError: it ended, or was not ready in time; the message holds the end of its log.
        """
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [*as_user(self._user), *self._command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                start_new_session=True,
            )
        try:
            self._warden = subprocess.Popen(
                ["/bin/sh", "-c", _WARDEN, "warden", str(self._process.pid)],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
            wait_until(
                lambda: is_ready() if self.is_running else self._fail("ended while starting"),
                within,
                lambda: self._failure("did not get ready"),
            )
        except BaseException:
            self.kill()
            raise

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, *, within: float = 30.0) -> int | None:
        """Ask it to end and wait for it and all it started; what is left after `within` seconds is killed.

        Returns its exit status, negative where a signal ended it; None where it was not started, or something
        was left to be killed.
        """
        if self._process is None:
            return None
        family = self._family()
        self._process.send_signal(with_signal)
        status: int | None = None
        try:
            ended_with = self._process.wait(timeout=within)
            # Its children may hold its port for a moment longer than itself
            wait_until(lambda: not any(map(lives, family)), within, lambda: f"children of {self.name} remain")
            status = ended_with
        except (subprocess.TimeoutExpired, ServerError):
            self._kill(family)
        self._forget()
        return status

    def kill(self) -> None:
        """SIGKILL to the process and all it started, as when the power goes. Nothing if not running."""
        if self._process is not None:
            self._kill(self._family())
            self._forget()

    def _family(self) -> list[psutil.Process]:
        """The process itself and all it started, itself first."""
        try:
            process = psutil.Process(self.pid)
            return [process, *process.children(recursive=True)]
        except (psutil.NoSuchProcess, ServerError):
            return []  # it ended by itself

    def _kill(self, family: list[psutil.Process]) -> None:
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self._process is not None:
            self._process.wait(timeout=_KILL_SECONDS)
        wait_until(
            lambda: not any(map(lives, family)), _KILL_SECONDS, lambda: f"{self.name} survived SIGKILL"
        )

    def _forget(self) -> None:
        self._process = None
        if self._warden is not None:
            self._warden.kill()
            self._warden.communicate(timeout=_KILL_SECONDS)
            self._warden = None

    def _failure(self, what: str) -> str:
        return f"{self.name} {what}; {log_tail(self._log)}"

    def _fail(self, what: str) -> NoReturn:
        raise ServerError(self._failure(what))


def lives(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended is gone, even while init has not collected its status yet."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
