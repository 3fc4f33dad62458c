"""A mail server that answers what a test tells it to: accept, refuse for now, refuse for good, hang, hang up.

What a real server does only in trouble is here on demand; and every mail that came is remembered, whatever
was answered to it.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType
from typing import Self

from tests.servers.ports import LOOPBACK
from tests.servers.process import wait_until
from tests.servers.smtp_conversation import Answer, ReceivedMail, SmtpServer, Stage


class SmtpScript:
    """A scripted SMTP server on a free loopback port; without a script it accepts everything."""

    def __init__(self) -> None:
        self._server = SmtpServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="smtp-script")
        self._lock = threading.Lock()
        self._scripts: dict[Stage, deque[Answer]] = {}
        self._received: list[ReceivedMail] = []
        self._connections = 0

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """`smtp://127.0.0.1:port` (EBOX_SMTP_URL)."""
        return f"smtp://{LOOPBACK}:{self.port}"

    def start(self) -> Self:
        """Serve; returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Hang up on every client and stop; a stopped server is not started again."""
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    def script(self, stage: Stage, *answers: Answer) -> None:
        """The next answers at this stage, one for each time it is reached; after them it accepts again."""
        with self._lock:
            self._scripts.setdefault(stage, deque()).extend(answers)

    @property
    def received(self) -> list[ReceivedMail]:
        """Every mail that came, oldest first, whether or not it was accepted."""
        with self._lock:
            return list(self._received)

    @property
    def accepted(self) -> list[ReceivedMail]:
        """The mails that were answered with success."""
        return [
            mail for mail in self.received if isinstance(mail.answer, str) and mail.answer.startswith("2")
        ]

    @property
    def connections(self) -> int:
        """How many times a client has connected."""
        with self._lock:
            return self._connections

    def wait_for_mails(self, count: int = 1, *, within: float = 30.0) -> list[ReceivedMail]:
        """Wait until at least `count` mails came, accepted or not, and return them all.

        Raises:
            ServerError: fewer came within `within` seconds.
        """
        wait_until(
            lambda: len(self.received) >= count, within, lambda: f"{len(self.received)} of {count} mails came"
        )
        return self.received

    def connected(self) -> None:
        with self._lock:
            self._connections += 1

    def next_answer(self, stage: Stage, otherwise: str) -> Answer:
        with self._lock:
            answers = self._scripts.get(stage)
            return answers.popleft() if answers else otherwise

    def record(self, mail: ReceivedMail) -> None:
        with self._lock:
            self._received.append(mail)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
