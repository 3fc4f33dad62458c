"""Child processes of the test servers: found, started, awaited, stopped; errors show the log and the remedy.

A child gets a session of its own, so that Ctrl-C in the terminal reaches pytest only and pytest stops the
servers in order; and it dies with the thread that started it, so that a killed test run leaves no server
behind.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import psutil

_LOG_TAIL_LINES = 40
_POLL_SECONDS = 0.02
_KILL_SECONDS = 10.0


class ServerError(RuntimeError):
    """A test server could not be found, started or stopped; the message says what to do."""


def find_program(name: str, package: str, *folders: Path) -> str:
    """The path of an installed program, looked for in `folders`, then in PATH and the system's sbin folders.

    Raises:
        ServerError: it is not installed; the message names the Debian package.
    """
    search = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=search)
    if found is None:
        raise ServerError(
            f"{name} is not installed: run `make test`, which installs it, or "
            f"`apt-get install --no-install-recommends {package}`"
        )
    return found


def wait_until(condition: Callable[[], bool], within: float, failure: Callable[[], str]) -> None:
    """Wait until the condition holds, looking often, for at most `within` seconds.

    Raises:
        ServerError: with the text of `failure()`, when the time is up.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise ServerError(f"{failure()} (waited {within:g} s)")
        time.sleep(_POLL_SECONDS)


def log_tail(log: Path) -> str:
    """The last lines of a log file, for an error message; says so when there are none."""
    if not log.exists() or log.stat().st_size == 0:
        return f"({log.name} is empty)"
    lines = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return "\n".join([f"last lines of {log.name}:", *lines])


def give_to(path: Path, user: str) -> None:
    """Make `user` the owner of a file or folder, where we are root and so run the server as that user."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def run_tool(
    command: Sequence[str], *, within: float, user: str | None = None, cwd: Path | None = None
) -> str:
    """Run a server's own tool to its end, as `user` where we are root, and return what it printed.

    Raises:
        ServerError: it failed or took longer than `within` seconds; the message holds its output.
    """
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            [*_setpriv(user), *command], capture_output=True, text=True, timeout=within, check=False, cwd=cwd
        )
    except subprocess.TimeoutExpired as error:
        raise ServerError(f"{name} did not end within {within:g} s") from error
    if done.returncode != 0:
        output = f"{done.stdout}{done.stderr}".rstrip()
        raise ServerError(f"{name} failed with status {done.returncode}:\n{output}")
    return done.stdout


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
                [*_setpriv(self._user, "--pdeathsig=KILL"), *self._command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                start_new_session=True,
            )
        try:
            wait_until(
                lambda: is_ready() if self.is_running else self._fail("ended while starting"),
                within,
                lambda: self._failure("did not get ready"),
            )
        except BaseException:
            self.kill()
            raise

    def stop(self, with_signal: signal.Signals = signal.SIGTERM, *, within: float = 30.0) -> None:
        """Ask it to end and wait; what is left after `within` seconds is killed. Nothing if not running."""
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        try:
            self._process.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL to the process and all it started, as when the power goes. Nothing if not running."""
        if self._process is None:
            return
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        self._process.kill()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue  # ended by itself when its parent did
        self._process.wait(timeout=_KILL_SECONDS)
        self._process = None
        wait_until(
            lambda: not any(map(_lives, family)), _KILL_SECONDS, lambda: f"{self.name} survived SIGKILL"
        )

    def _failure(self, what: str) -> str:
        return f"{self.name} {what}; {log_tail(self._log)}"

    def _fail(self, what: str) -> NoReturn:
        raise ServerError(self._failure(what))


def _lives(process: psutil.Process) -> bool:
    """Whether it still runs; one that ended is gone, even while init has not collected its status yet."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _setpriv(user: str | None, *options: str) -> list[str]:
    """The prefix that runs a program as `user` where we are root; empty where it would do nothing.

    One call for all of it: the kernel forgets the parent-death signal when a later call changes the user.
    """
    if user is not None and os.geteuid() == 0:
        options += (f"--reuid={user}", f"--regid={user}", "--init-groups")
    return [find_program("setpriv", "util-linux"), *options, "--"] if options else []
