"""What every test server needs: its programs found, tools run, conditions awaited; errors name the remedy."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_LOG_TAIL_LINES = 40
_POLL_SECONDS = 0.02


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
            [*as_user(user), *command], capture_output=True, text=True, timeout=within, check=False, cwd=cwd
        )
    except subprocess.TimeoutExpired as error:
        raise ServerError(f"{name} did not end within {within:g} s") from error
    if done.returncode != 0:
        output = f"{done.stdout}{done.stderr}".rstrip()
        raise ServerError(f"{name} failed with status {done.returncode}:\n{output}")
    return done.stdout


def as_user(user: str | None) -> list[str]:
    """The prefix that runs a program as `user` where we are root; else none, and it runs as who we are."""
    if user is None or os.geteuid() != 0:
        return []
    return [
        find_program("setpriv", "util-linux"),
        f"--reuid={user}",
        f"--regid={user}",
        "--init-groups",
        "--",
    ]
