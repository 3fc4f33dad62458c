"""A Postfix of our own: a real mail server with its own configuration, queue and mailbox; it relays nowhere.

Its configuration, queue and data lie in a temporary directory; the machine's own mail system stays as it is.
Mail for the test domain is delivered into one Maildir; whatever else is asked of it, it refuses.
"""

from __future__ import annotations

import email
import email.policy
import os
import shutil
import tempfile
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.daemon import Daemon
from tests.servers.ports import LOOPBACK, accepts_connections, free_port
from tests.servers.postfix_configuration import PROGRAMS, RECIPIENTS, SYSTEM_USER, main_cf, master_cf
from tests.servers.process import ServerError, find_program, give_to, run_tool, wait_until

_PACKAGE = "postfix"
_START_SECONDS = 30.0
_DELIVERY_SECONDS = 30.0


class Postfix:
    """One mail server on a free loopback port: every `…@example.test` exists, but for those in `unknown…`.

    On `late_port` it takes those too, and then they come back. So do, after a moment, notices about the ones
    in `…@slow.test`, which it tries to deliver for ever. What comes back to `…@bounces.test` it brings to
    `bounce_port`, where a test may listen. Wants root, as Postfix does.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.late_port = free_port()
        self.bounce_port = free_port()
        self._directory: Path | None = None
        self._daemon: Daemon | None = None

    @property
    def url(self) -> str:
        """`smtp://127.0.0.1:port` (EBOX_SMTP_URL)."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def late_url(self) -> str:
        """The same server, where it looks only afterwards whether a mailbox exists."""
        return f"smtp://{LOOPBACK}:{self.late_port}"

    def start(self) -> Self:
        """Lay out the directory at the first start, and serve; returns itself.

        Raises:
            ServerError: we are not root, Postfix is not installed, or it did not start in time.
        """
        if self._daemon is None:
            if os.geteuid() != 0:
                raise ServerError("Postfix starts as root only: run the tests as root, as CI does")
            try:
                self._daemon = self._initialised()
            except BaseException:
                self.stop()
                raise
        self._daemon.start(lambda: accepts_connections(self.port), _START_SECONDS)
        return self

    def stop(self) -> None:
        """Stop the server and delete its queue and mailbox. May be called twice."""
        if self._daemon is not None:
            self._daemon.stop()
            self._daemon = None
        if self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def halt(self) -> None:
        """Stop the server (connections are refused) and keep its queue and mailbox: until `start()`."""
        if self._daemon is not None:
            self._daemon.stop()

    def messages(self, to: str | None = None) -> list[EmailMessage]:
        """What was delivered so far, oldest first; with `to`, only what was delivered to that address."""
        files = sorted(self._mailbox().glob("new/*"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        messages = [
            email.message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=email.policy.default)
            for file in files
        ]
        return [message for message in messages if to is None or message["Delivered-To"] == to]

    def wait_for_messages(
        self, count: int = 1, *, to: str | None = None, within: float = _DELIVERY_SECONDS
    ) -> list[EmailMessage]:
        """Wait until at least `count` messages were delivered (to that address) and return all of them.

        Raises:
            ServerError: fewer came within `within` seconds.
        """
        wait_until(
            lambda: len(self.messages(to)) >= count,
            within,
            lambda: f"Postfix delivered {len(self.messages(to))} of {count} messages",
        )
        return self.messages(to)

    def take_messages(self) -> list[EmailMessage]:
        """What was delivered since the last time, and forget it; nothing that comes meanwhile gets lost."""
        taken = []
        for file in sorted(self._mailbox().glob("new/*")):
            taken.append(
                email.message_from_bytes(file.read_bytes(), _class=EmailMessage, policy=email.policy.default)
            )
            file.unlink()
        return taken

    def clear(self) -> None:
        """Forget what was delivered, so that a test sees its own mail only."""
        for file in self._mailbox().glob("new/*"):
            file.unlink()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _mailbox(self) -> Path:
        if self._directory is None:
            raise ServerError("Postfix is not started")
        return self._directory / "mail" / "inbox"

    def _initialised(self) -> Daemon:
        postfix = find_program("postfix", _PACKAGE)
        self._directory = directory = Path(tempfile.mkdtemp(prefix="ebox-postfix-"))
        directory.chmod(0o755)  # the mail system's own user passes through it
        configuration, queue = directory / "configuration", directory / "queue"
        for folder in (configuration, queue, directory / "data", directory / "mail"):
            folder.mkdir(mode=0o755)
        for folder in (directory / "data", directory / "mail"):
            give_to(folder, SYSTEM_USER)
        (configuration / "main.cf").write_text(main_cf(directory, self.bounce_port))
        (configuration / "master.cf").write_text(master_cf(self.port, self.late_port))
        (configuration / "recipients").write_text(RECIPIENTS)
        # Makes the queue's folders with the owners that Postfix insists on
        run_tool([postfix, "-c", str(configuration), "check"], within=_START_SECONDS, cwd=directory)
        master = find_program("master", _PACKAGE, PROGRAMS)
        return Daemon([master, "-c", str(configuration), "-d"], directory / "mail.log", cwd=directory)
